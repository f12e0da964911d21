/** Arbitrary valid bodies of every kind: within every limit, signed by whoever may sign them. */
import fc from 'fast-check'
import type { Ladder } from '../../src/mechanism/bid.js'
import { policyNames } from '../../src/mechanism/reserve.js'
import type { Signer } from '../../src/ports/signer.js'
import {
  type Accept,
  type Award,
  type Bid,
  closeReasons,
  declineCodes,
  limits,
  type Message,
  offerIdOf,
  refusalCodes,
  type Sealed,
} from '../../src/protocol/message.js'
import { seal } from '../../src/protocol/signing.js'
import { megabytes, megabytesMax, micros, microsMax, millis, ticks, ticksMax } from '../../src/units.js'
import { buyer, rival, seller, stranger } from '../unit/protocol-samples.js'

const people = [seller, buyer, rival, stranger]
const person = fc.constantFrom(...people)
const signerById = new Map(people.map((one) => [one.id, one]))

const count = fc.oneof(fc.nat(3), fc.maxSafeNat())
const mb = fc.oneof(fc.nat(3), fc.nat(megabytesMax)).map(megabytes)
const someMb = fc.integer({ min: 1, max: megabytesMax }).map(megabytes)
const price = fc.oneof(fc.nat(3), fc.nat(ticksMax)).map(ticks)
const money = fc.oneof(fc.nat(3), fc.nat(microsMax)).map(micros)
const time = fc.maxSafeNat().map(millis)
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'))

const textOf = (alphabet: string, max: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: max })
const visible = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join('')
const market = textOf(visible.replace('/', ''), limits.marketBytesMax)
const head = fc.record({ market, offer: fc.tuple(person, count).map(([{ id }, number]) => offerIdOf(id, number)) })

const ladderOf = (rungsMax: number): fc.Arbitrary<Ladder> =>
  fc.uniqueArray(price, { maxLength: rungsMax }).chain((prices) =>
    fc
      .array(fc.integer({ min: 1, max: Math.floor(megabytesMax / rungsMax) }), {
        minLength: prices.length,
        maxLength: prices.length,
      })
      .map((quantities) =>
        [...prices].sort((a, b) => a - b).map((at, rung) => ({ price: at, quantity: megabytes(quantities[rung]!) })),
      ),
  )
const stockOf = (ladder: Ladder) => megabytes(ladder.reduce((sum, { quantity }) => sum + quantity, 0))

const offer = fc
  .record({
    head,
    sequence: count,
    status: fc.constantFrom('open' as const, 'closed' as const),
    prices: fc.tuple(price, price),
    policy: fc.constantFrom(...policyNames),
    ladder: ladderOf(limits.publicRungsMax),
    issuedAt: fc.nat(Number.MAX_SAFE_INTEGER - limits.offerTtlMsMax).map(millis),
    ttl: fc.integer({ min: 1, max: limits.offerTtlMsMax }),
    closesAt: time,
    addresses: fc.array(textOf(visible, limits.addressBytesMax), { maxLength: limits.addressesMax }),
  })
  .map(({ head, prices, ttl, ...rest }) => ({
    type: 'offer' as const,
    ...head,
    ...rest,
    stock: stockOf(rest.ladder),
    reserve: ticks(Math.max(...prices)),
    floor: ticks(Math.min(...prices)),
    expiresAt: millis(rest.issuedAt + ttl),
  }))

const bid: fc.Arbitrary<Bid> = fc
  .record({ head, buyer: person, sequence: count, quantity: mb, price })
  .map(({ head, buyer, sequence, quantity, price }) => ({
    type: 'bid',
    ...head,
    buyer: buyer.id,
    sequence,
    quantity,
    price: quantity === 0 ? ticks(0) : price,
  }))

const quote = fc
  .record({
    head,
    buyer: person,
    counts: fc.record({ bidSequence: count, round: count, sequence: count }),
    reserve: price,
    ladder: ladderOf(limits.quoteRungsMax),
    share: fc.nat(100),
    charge: money,
  })
  .map(({ head, buyer, counts, share, ...rest }) => {
    const stock = stockOf(rest.ladder)
    const quantity = megabytes(Math.floor((stock * share) / 100))
    return { type: 'quote' as const, ...head, buyer: buyer.id, ...counts, ...rest, stock, quantity }
  })

const signedBy = (id: string): Signer => signerById.get(id)!

const award: fc.Arbitrary<Award> = fc
  .record({
    head,
    round: count,
    buyer: person,
    stock: mb,
    reserve: price,
    quotedReserve: price,
    bids: fc.uniqueArray(bid, { selector: (one) => one.buyer, maxLength: people.length }),
    quantity: someMb,
    charge: money,
    fee: money,
  })
  .map(({ head, buyer, bids, ...rest }) => ({
    type: 'award',
    ...head,
    ...rest,
    buyer: buyer.id,
    evidence: bids.map((one) => seal(signedBy(one.buyer), { ...one, ...head })),
  }))

const sale = fc
  .record({ head, round: count, buyer: person, award: digest, quantity: someMb, charge: money, fee: money })
  .map(({ head, buyer, ...rest }) => ({ ...head, ...rest, buyer: buyer.id }))

const accept: fc.Arbitrary<Accept> = sale.map((said) => ({ type: 'accept', ...said }))

const receipt = accept.map((said) => ({ ...said, type: 'receipt' as const, accept: seal(signedBy(said.buyer), said) }))

const decline = fc
  .record({
    head,
    round: count,
    buyer: person,
    award: digest,
    code: fc.constantFrom(...declineCodes),
    expected: fc.option(fc.record({ quantity: mb, charge: money, reserve: price }), { nil: undefined }),
  })
  .map(({ head, buyer, expected, ...rest }) => ({
    type: 'decline' as const,
    ...head,
    ...rest,
    buyer: buyer.id,
    ...(expected === undefined ? {} : { expected }),
  }))

const refused = fc
  .record({
    head,
    to: person,
    code: fc.constantFrom(...refusalCodes),
    bidSequence: count,
    award: fc.oneof(fc.constant(''), digest),
  })
  .map(({ head, to, ...rest }) => ({ type: 'refused' as const, ...head, ...rest, to: to.id }))

const closed = fc
  .record({ head, reason: fc.constantFrom(...closeReasons) })
  .map(({ head, reason }) => ({ type: 'closed' as const, ...head, reason }))

/** By kind, so that a test can say which kind fails. */
export const bodies = { offer, bid, quote, award, accept, decline, receipt, refused, closed } satisfies {
  readonly [Type in Message['type']]: fc.Arbitrary<Extract<Message, { readonly type: Type }>>
}

export const sealed: fc.Arbitrary<Sealed> = fc
  .tuple(person, fc.oneof<fc.Arbitrary<Message>[]>(...Object.values(bodies)))
  .map(([signer, body]) => seal<Message>(signer, body))
