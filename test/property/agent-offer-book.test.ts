import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBiddable, OfferBook } from '../../src/agent/offer-book.js'
import { chooseView } from '../../src/mechanism/pool.js'
import { type Offer, offerIdOf, type Sealed, sellerOf } from '../../src/protocol/message.js'
import { type Millis, megabytes, millis, ticks } from '../../src/units.js'

const me = 'me'
const sellers = Array.from({ length: 12 }, (_, index) => `seller-${index}`)

function offerOf(seller: string, change: Partial<Offer>): Sealed<Offer> {
  const body: Offer = {
    type: 'offer',
    market: 'trial',
    offer: offerIdOf(seller, 1),
    sequence: 1,
    status: 'open',
    stock: megabytes(10),
    reserve: ticks(2),
    floor: ticks(1),
    policy: 'tracking',
    ladder: [],
    issuedAt: millis(0),
    expiresAt: millis(100),
    closesAt: millis(1_000),
    addresses: [],
    ...change,
  }
  return { body, signer: seller, payload: new Uint8Array(), signature: new Uint8Array() }
}

const versions = fc.record({
  seller: fc.constantFrom(...sellers),
  sequence: fc.integer({ min: 1, max: 6 }),
  status: fc.constantFrom('open', 'closed'),
  lifetime: fc.integer({ min: 1, max: 60 }),
  elapsed: fc.integer({ min: 0, max: 10 }),
})

describe('an offer book', () => {
  it('shows a node the offers that rendezvous hashing of all of them chooses, and pages through all in order', () => {
    fc.assert(
      fc.property(fc.array(versions, { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (arrivals, count) => {
        const book = new OfferBook(me, 8)
        let now = 0
        for (const { seller, sequence, status, lifetime, elapsed } of arrivals) {
          now += elapsed
          book.expire(now as Millis)
          book.put(offerOf(seller, { sequence, status, expiresAt: millis(now + lifetime) } as Partial<Offer>))
          const usable = (offer: Offer) => isBiddable(offer, now as Millis)
          const others = book.open().filter((offer) => usable(offer) && sellerOf(offer.offer) !== me)
          expect(book.view(count, usable)).toEqual(chooseView(me, others, count))
          expect(book.size).toBeLessThanOrEqual(8)
          const paged: string[] = []
          for (let after = ''; ; ) {
            const { offers, next } = book.page(after, count)
            paged.push(...offers.map(({ body }) => body.offer))
            if (next === '') break
            after = next
          }
          expect(paged).toEqual([...new Set(paged)].sort())
          expect(paged).toHaveLength(book.size)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('takes in no open offer in the place of another, but in the place of a tombstone', () => {
    const book = new OfferBook(me, 2)
    expect(book.put(offerOf('a', {}))).toBe(true)
    expect(book.put(offerOf('b', {}))).toBe(true)
    expect(book.hasRoom).toBe(false)
    expect(book.put(offerOf('c', {}))).toBe(false)
    expect(book.put(offerOf('a', { sequence: 2, status: 'closed' }))).toBe(true)
    expect(book.put(offerOf('c', {}))).toBe(true)
    expect(book.open().map(({ offer }) => offer)).toEqual(['b/1', 'c/1'])
  })

  it('keeps a closed offer closed against every older copy', () => {
    const book = new OfferBook(me, 2)
    book.put(offerOf('a', { sequence: 5, status: 'closed' }))
    expect(book.put(offerOf('a', { sequence: 4 }))).toBe(false)
    expect(book.open()).toEqual([])
  })

  it('forgets what has expired, once, and then asks to be woken for the next', () => {
    const book = new OfferBook(me, 9)
    book.put(offerOf('a', { expiresAt: millis(10) }))
    book.put(offerOf('b', { expiresAt: millis(20) }))
    expect(book.deadline).toBe(10)
    expect(book.expire(millis(9))).toEqual([])
    expect(book.expire(millis(10)).map(({ offer }) => offer)).toEqual(['a/1'])
    expect(book.deadline).toBe(20)
    expect(book.expire(millis(20)).map(({ offer }) => offer)).toEqual(['b/1'])
    expect(book.deadline).toBeUndefined()
  })
})
