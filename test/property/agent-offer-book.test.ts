import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBiddable, OfferBook } from '../../src/agent/offer-book.js'
import { chooseView, rendezvous } from '../../src/mechanism/pool.js'
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

  /** By how early this node looks at them. */
  const ranked = [...sellers].sort((a, b) => rendezvous(me, offerIdOf(b, 1)) - rendezvous(me, offerIdOf(a, 1)))

  it('makes room by forgetting a tombstone first', () => {
    const book = new OfferBook(me, 2)
    const [first, second, last] = [ranked[0]!, ranked[1]!, ranked[2]!]
    expect(book.put(offerOf(first, {}))).toBe(true)
    expect(book.put(offerOf(second, {}))).toBe(true)
    expect(book.hasRoom(offerIdOf(last, 1))).toBe(false)
    expect(book.put(offerOf(last, {}))).toBe(false)
    expect(book.put(offerOf(first, { sequence: 2, status: 'closed' }))).toBe(true)
    expect(book.hasRoom(offerIdOf(last, 1))).toBe(true)
    expect(book.put(offerOf(last, {}))).toBe(true)
    expect(book.open().map(({ offer }) => sellerOf(offer))).toEqual([second, last].sort())
  })

  it('holds, when it is full, what its node would look at first of all that it was ever offered', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(sellers, { minLength: 5 }), (arrivals) => {
        const book = new OfferBook(me, 4)
        for (const seller of arrivals) {
          const hasRoom = book.hasRoom(offerIdOf(seller, 1))
          expect(book.put(offerOf(seller, {}))).toBe(hasRoom)
        }
        const first = ranked.filter((seller) => arrivals.includes(seller)).slice(0, 4)
        expect(book.open().map(({ offer }) => sellerOf(offer))).toEqual(first.sort())
      }),
    )
  })

  it('holds the last offer of a seller only, however many it opens', () => {
    const book = new OfferBook(me, 2)
    const numbered = (number: number, change: Partial<Offer> = {}) =>
      offerOf('a', { offer: offerIdOf('a', number), ...change })
    expect(book.put(numbered(9))).toBe(true)
    expect(book.endedBy(numbered(10))?.offer).toBe('a/9')
    expect(book.put(numbered(10))).toBe(true)
    expect(book.put(numbered(8))).toBe(false)
    expect(book.put(numbered(9, { sequence: 7 }))).toBe(false)
    expect(book.sequenceOf('a/9', 'a')).toBe(Number.MAX_SAFE_INTEGER)
    expect(book.sequenceOf('a/11', 'a')).toBeUndefined()
    expect(book.open().map(({ offer }) => offer)).toEqual(['a/10'])
    expect(book.endedBy(numbered(10, { sequence: 8, status: 'closed' }))).toBeUndefined()
    book.put(numbered(10, { sequence: 8, status: 'closed' }))
    expect(book.endedBy(numbered(11))).toBeUndefined()
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
