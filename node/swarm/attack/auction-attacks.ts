/** Attacks on auctions: bidders that never pay, and sellers that cheat. */
import { clear } from '../../../src/mechanism/auction.js'
import type { Ladder } from '../../../src/mechanism/bid.js'
import { encode } from '../../../src/protocol/codec.js'
import { type Award, type Bid, type Offer, offerIdOf, type Sealed, sellerOf } from '../../../src/protocol/message.js'
import { seal } from '../../../src/protocol/signing.js'
import { type Micros, megabytes, megabytesMax, micros, millis, ticks, ticksMax } from '../../../src/units.js'
import type { Attack, AttackOptions } from './attack.js'
import { Deeds, Intruder, repeating } from './intruder.js'

/** Bids at every offer that the intruder knows, and answers nothing. */
function bidAtAll(
  intruder: Intruder,
  { quantity, price, deeds }: { quantity: number; price: number; deeds: Deeds },
): void {
  for (const { body } of intruder.offers()) {
    const bid: Bid = {
      type: 'bid',
      market: body.market,
      offer: body.offer,
      buyer: intruder.id,
      sequence: Date.now(),
      quantity: megabytes(quantity),
      price: ticks(price),
    }
    intruder.send(sellerOf(body.offer), encode(seal(intruder.signer, bid)), body.addresses)
    deeds.add('bids')
  }
}

export const neverAccepts: Attack = {
  name: 'never-accepts',
  what: 'a buyer that outbids everybody for everything, wins, and never answers',
  async start(options) {
    const deeds = new Deeds()
    const intruder = await Intruder.enter(options, ({ body }) => {
      if (body.type === 'award') deeds.add('awards left unanswered')
      if (body.type === 'refused') deeds.add(`refused ${body.code}`)
    })
    const act = (): void => bidAtAll(intruder, { quantity: megabytesMax, price: ticksMax, deeds })
    return repeating([intruder], { perSecond: options.perSecond ?? 1, deeds, act })
  },
}

export const bidFlood: Attack = {
  name: 'bid-flood',
  what: 'hundreds of bidders that want more than there is, at a price that keeps their places and wins nothing',
  async start(options) {
    const deeds = new Deeds()
    const count = options.identities ?? 260
    const onDirect = ({ body }: { readonly body: { readonly type: string; readonly code?: string } }): void =>
      deeds.add(body.type === 'refused' ? `refused ${body.code}` : `got ${body.type}`)
    const intruders: Intruder[] = []
    for (let n = 0; n < count; n += 10) {
      const tens = Array.from({ length: Math.min(10, count - n) }, () => Intruder.enter(options, onDirect))
      intruders.push(...(await Promise.all(tens)))
    }
    let turn = 0
    const act = (): void => {
      const intruder = intruders[turn++ % intruders.length]!
      const floors = intruder.offers().map(({ body }) => body.floor)
      bidAtAll(intruder, { quantity: megabytesMax, price: Math.max(1, ...floors), deeds })
    }
    return repeating(intruders, { perSecond: options.perSecond ?? 100, deeds, act })
  },
}

/** A seller that opens an offer for little money and does with bids what `settle` says. */
async function cheatingSeller(options: AttackOptions, settle: (award: Award, seller: Intruder) => readonly Award[]) {
  const deeds = new Deeds()
  const stock = megabytes(50_000)
  const [floor, reserve] = [ticks(2_000), ticks(2_000)]
  const ladder: Ladder = [{ price: reserve, quantity: stock }]
  let round = 1
  const seller = await Intruder.enter(options, (message, intruder) => {
    const { body } = message
    if (body.type === 'bid' && body.quantity > 0) cheat(message as Sealed<Bid>, intruder)
    else if (body.type !== 'quote') deeds.add(body.type === 'decline' ? `declined ${body.code}` : `got ${body.type}`)
  })
  const offerId = offerIdOf(seller.id, 1)
  const cheat = (bid: Sealed<Bid>, intruder: Intruder): void => {
    const { buyer, sequence: bidSequence } = bid.body
    const about = { market: options.market, offer: offerId, buyer }
    const { quantity, charge } = clear({ stock, reserve }, [bid.body]).awards[0]!
    const state = { round: ++round, stock, reserve }
    const quote = {
      type: 'quote',
      ...about,
      bidSequence,
      sequence: Date.now(),
      ...state,
      ladder,
      quantity,
      charge,
    } as const
    intruder.send(buyer, encode(seal(intruder.signer, quote)))
    const terms = { quotedReserve: reserve, evidence: [bid], quantity, charge, fee: micros(1_000_000) }
    const honest: Award = { type: 'award', ...about, ...state, round: ++round, ...terms }
    for (const award of settle(honest, intruder)) {
      intruder.send(buyer, encode(seal(intruder.signer, award)))
      deeds.add('awards')
    }
  }
  const act = (): void => {
    const now = Date.now()
    const times = { issuedAt: millis(now), expiresAt: millis(now + 120_000), closesAt: millis(now + 3_600_000) }
    const terms = { status: 'open', stock, reserve, floor, policy: 'tracking', ladder } as const
    const addresses = seller.addresses.slice(0, 4)
    const offer: Offer = {
      type: 'offer',
      market: options.market,
      offer: offerId,
      sequence: now,
      ...terms,
      ...times,
      addresses,
    }
    seller.publish(encode(seal(seller.signer, offer)))
    deeds.add('offers')
  }
  return repeating([seller], { perSecond: options.perSecond ?? 1, deeds, act })
}

export const wrongAwards: Attack = {
  name: 'wrong-awards',
  what: 'a cheap seller whose awards charge more than the bids give',
  start: (options) => cheatingSeller(options, (award) => [{ ...award, charge: (award.charge + 1_000_000) as Micros }]),
}

export const doubleAwards: Attack = {
  name: 'double-awards',
  what: 'a cheap seller that signs two different awards for one round',
  start: (options) =>
    cheatingSeller(options, (award) => [award, { ...award, charge: (award.charge + 1_000_000) as Micros }]),
}
