/** Attacks on auctions by their sellers: they sign what they should not, leave out what they should not, or sign nothing. */
import { type Clearing, clear } from '../../../src/mechanism/auction.js'
import type { Ladder } from '../../../src/mechanism/bid.js'
import type { PeerId } from '../../../src/ports/signer.js'
import { encode } from '../../../src/protocol/codec.js'
import {
  type Accept,
  type Award,
  type Bid,
  type DirectMessage,
  type Offer,
  type OfferId,
  offerIdOf,
  type Quote,
  type Receipt,
  type Sealed,
} from '../../../src/protocol/message.js'
import { seal } from '../../../src/protocol/signing.js'
import { type Micros, megabytes, micros, millis, ticks } from '../../../src/units.js'
import type { Attack, AttackOptions, RunningAttack } from './attack.js'
import { Deeds, Intruder, repeating } from './intruder.js'

/** Every fee is the market's default: a buyer would decline another. */
const fee = micros(1_000_000)
const reserve = ticks(2_000)
const stock = megabytes(50_000)

/** What a cheat does with a bid that it has just acknowledged by a signed quote. */
interface Cheat {
  /** The bids that it admits to have, of all that stand. */
  readonly shows: (bid: Sealed<Bid>, standing: readonly Sealed<Bid>[]) => readonly Sealed<Bid>[] | undefined
  /** What it signs in the place of the award that those give. */
  readonly signs: (award: Award) => readonly Award[]
}

/** A seller of much for little that cheats its bidders, and sells to whoever accepts all the same. */
class CheatingSeller {
  readonly deeds = new Deeds()
  readonly #market: string
  readonly #cheat: Cheat
  readonly #standing = new Map<PeerId, Sealed<Bid>>()
  #round = 1

  constructor(market: string, cheat: Cheat) {
    this.#market = market
    this.#cheat = cheat
  }

  hear(message: Sealed<DirectMessage>, intruder: Intruder): void {
    const { body } = message
    switch (body.type) {
      case 'bid':
        if (body.quantity === 0) this.#standing.delete(body.buyer)
        else this.#bid(message as Sealed<Bid>, intruder)
        return
      case 'accept':
        this.deeds.add('got accept')
        this.#send(intruder, body.buyer, receiptFor(message as Sealed<Accept>))
        return
      case 'decline':
        this.deeds.add(`declined ${body.code}`)
        return
      default:
        this.deeds.add(`got ${body.type}`)
    }
  }

  publish(intruder: Intruder): void {
    const now = Date.now()
    const times = { issuedAt: millis(now), expiresAt: millis(now + 120_000), closesAt: millis(now + 3_600_000) }
    const ladder: Ladder = [{ price: reserve, quantity: stock }]
    const terms = { status: 'open', stock, reserve, floor: reserve, policy: 'tracking', ladder } as const
    const about = { type: 'offer', market: this.#market, offer: offerOf(intruder), sequence: now } as const
    const offer: Offer = { ...about, ...terms, ...times, addresses: intruder.addresses.slice(0, 4) }
    intruder.publish(encode(seal(intruder.signer, offer)))
    this.deeds.add('offers')
  }

  #bid(bid: Sealed<Bid>, intruder: Intruder): void {
    const { buyer, sequence: bidSequence } = bid.body
    this.#standing.set(buyer, bid)
    const about = { market: this.#market, offer: offerOf(intruder), buyer }
    const all = this.#outcomeFor(buyer, [...this.#standing.values()])
    const state = { stock, reserve, round: ++this.#round }
    const quote = { type: 'quote', ...about, bidSequence, sequence: Date.now(), ...state, ...all } as const
    this.#send(intruder, buyer, { ...quote, ladder: [{ price: reserve, quantity: stock }] } satisfies Quote)
    this.deeds.add('quotes')
    const evidence = this.#cheat.shows(bid, [...this.#standing.values()])
    if (evidence === undefined) return
    const terms = { ...state, round: ++this.#round, quotedReserve: reserve, evidence, fee }
    const award: Award = {
      type: 'award',
      ...about,
      ...terms,
      ...this.#outcomeFor(
        buyer,
        evidence.map((one) => one),
      ),
    }
    for (const signed of this.#cheat.signs(award)) {
      this.#send(intruder, buyer, signed)
      this.deeds.add('awards')
    }
  }

  #outcomeFor(buyer: PeerId, bids: readonly Sealed<Bid>[]): Pick<Award, 'quantity' | 'charge'> {
    const { awards }: Clearing = clear(
      { stock, reserve },
      bids.map(({ body }) => body),
    )
    const { quantity, charge } = awards.find((award) => award.buyer === buyer)!
    return { quantity, charge }
  }

  #send(intruder: Intruder, to: PeerId, body: DirectMessage): void {
    intruder.send(to, encode(seal(intruder.signer, body)))
  }
}

const offerOf = ({ id }: Intruder): OfferId => offerIdOf(id, 1)

function receiptFor(accept: Sealed<Accept>): Receipt {
  return { ...accept.body, type: 'receipt', accept }
}

async function cheating(options: AttackOptions, cheat: Cheat): Promise<RunningAttack> {
  const seller = new CheatingSeller(options.market, cheat)
  const intruder = await Intruder.enter(options, (message, self) => seller.hear(message, self))
  const act = (): void => seller.publish(intruder)
  return repeating([intruder], { perSecond: options.perSecond ?? 1, deeds: seller.deeds, act })
}

const dearer = (award: Award): Award => ({ ...award, charge: (award.charge + 1_000_000) as Micros })

export const wrongAwards: Attack = {
  name: 'wrong-awards',
  what: 'a cheap seller whose awards charge more than the bids give',
  start: (options) => cheating(options, { shows: (bid) => [bid], signs: (award) => [dearer(award)] }),
}

export const doubleAwards: Attack = {
  name: 'double-awards',
  what: 'a cheap seller that signs two different awards for one round',
  start: (options) => cheating(options, { shows: (bid) => [bid], signs: (award) => [award, dearer(award)] }),
}

export const hiddenBids: Attack = {
  name: 'hidden-bids',
  what: 'a cheap seller that signs quotes for all bids, and awards to the second bidder as if the first had never bid',
  start: (options) =>
    cheating(options, {
      shows: (bid, standing) => (standing.length > 1 ? [bid] : undefined),
      signs: (award) => [award],
    }),
}
