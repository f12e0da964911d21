import type { AgentEvent, Effect } from '../../agent/agent.js'
import { sellPlanKey, toldPlanIn } from '../../agent/counted-plan.js'
import type { Rules, SellPlan } from '../../agent/rules.js'
import type { PeerId, Verifier } from '../../ports/signer.js'
import type { Json, StoreContents } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import {
  type Award,
  type Bid,
  type Message,
  type Offer,
  type OfferId,
  offerIdOf,
  type Quote,
  type Refused,
  type Sealed,
} from '../../protocol/message.js'
import { verifySeal } from '../../protocol/signing.js'
import { type Megabytes, type Ticks, ticks } from '../../units.js'
import { clearNaively, type NaiveAward } from '../naive-auction.js'
import { type Book, reserveAfterRound, reserveAtAward } from '../naive-reserve.js'
import { Limit } from './limit.js'
import type { Report } from './step.js'
import { type TradeChanges, Trades } from './trades.js'

export interface SellerLawsOptions {
  readonly id: PeerId
  /** Of its configuration. */
  readonly plan?: SellPlan | undefined
  readonly rules: Rules
  readonly verifier: Verifier
  /** What the seller's store held when this life began. */
  readonly contents: StoreContents
  readonly report: Report
}

/** Its offer as the store has it. */
interface Terms {
  readonly number: number
  readonly status: 'open' | 'closed'
  readonly reserve: number
  readonly proven: number
}

export interface SellerStep {
  readonly event: AgentEvent
  readonly effects: readonly Effect[]
  /** The last round that the seller counted. */
  readonly round: number
}

/**
 * The laws of one seller's auction in one life. The observer keeps a book of its own, of the bids that arrived and were
 * answered, and computes from it what the seller should have done, by other code than the seller's.
 */
export class SellerLaws {
  readonly #options: SellerLawsOptions
  readonly #trades: Trades
  #limit: Limit
  /** The terms of the present plan; of none, as long as nothing is for sale. */
  #plan: Pick<SellPlan, 'floor' | 'policy'>
  readonly #book = new Map<PeerId, Sealed<Bid>>()
  /** The last sequence of each buyer that was answered. */
  readonly #sequences = new Map<PeerId, number>()
  #offer: OfferId
  #isOpen: boolean
  /** What the next message must say, as far as policy and bids decide it. */
  #reserve: number
  /** What the reserve goes back to when nothing holds it up. */
  #proven: number
  #round: number | undefined
  /** Whether a bid changed, or stock came back, since the last round ended. */
  #changed = false

  constructor(options: SellerLawsOptions) {
    this.#options = options
    const { id, plan, contents, report } = options
    this.#trades = new Trades(contents, report)
    const told = toldPlanIn<SellPlan>(sellPlanKey, contents)
    this.#plan = plan ?? told?.plan ?? noTerms
    const before = plan === undefined ? (told?.settled.quantity ?? 0) : 0
    const promised = told === undefined ? 0 : plan ? this.#trades.promised : before + told.open.quantity
    this.#limit = new Limit(before + ((plan ?? told?.plan)?.stock ?? 0), promised)
    const terms = contents.find(({ key }) => key === 'seller/offer')?.value as unknown as Terms | undefined
    this.#offer = offerIdOf(id, terms?.number ?? 0)
    this.#isOpen = terms?.status === 'open'
    this.#reserve = terms?.reserve ?? this.#plan.floor
    this.#proven = terms?.proven ?? this.#plan.floor
    for (const { key, value } of contents) if (key.startsWith('seller/bid/')) this.#recall(key, value)
  }

  get lapsed(): number {
    return this.#trades.lapsed
  }

  step({ event, effects, round }: SellerStep): void {
    this.#heed(event)
    const changes = this.#trades.step(effects.flatMap((effect) => (effect.type === 'save' ? effect.records : [])))
    const { promised } = this.#trades
    const excess = this.#limit.excess(promised)
    if (excess > 0) this.#options.report('a seller promises no more than its stock', `${excess} MB beyond it`)
    /** Stock neither sold nor promised. */
    const left = this.#limit.left(promised)
    /** What was for sale before a commit in this step. */
    const offered = left + sum(changes.opened.map(({ body }) => body.quantity))
    this.#follow(event, effects, changes)
    this.#endRound(event, { round, offered, changes })
    const messages = messagesOf(effects)
    this.#checkQuotes(messages, offered)
    this.#checkCommit(changes.opened, offered)
    this.#followOffer(effects)
    this.#checkOffers(messages, left)
    this.#round = round
  }

  /** A plan that is told counts what is sold from then on. */
  #heed(event: AgentEvent): void {
    if (event.type !== 'command') return
    const { command } = event
    if (command.type !== 'sell' && !(command.type === 'withdraw-offer' && command.forget)) return
    const plan = command.type === 'sell' ? command.plan : undefined
    this.#plan = plan ?? noTerms
    this.#limit = new Limit(this.#trades.sold + (plan?.stock ?? 0), this.#trades.promised)
  }

  /** Takes into the book what the seller took: a bid that it answered with a quote. */
  #follow(event: AgentEvent, effects: readonly Effect[], { disturbed, sold }: TradeChanges): void {
    const messages = messagesOf(effects)
    for (const { body } of messages) if (body.type === 'refused') this.#refused(body)
    if (disturbed) this.#changed = true
    for (const { body } of sold) this.#proven = body.reserve
    if (event.type !== 'direct' || event.message.body.type !== 'bid') return
    const sealed = event.message as Sealed<Bid>
    const { buyer, sequence } = sealed.body
    const answered = messages.some(({ body }) => body.type === 'quote' && body.buyer === buyer)
    if (!answered || sequence <= (this.#sequences.get(buyer) ?? 0)) return
    this.#sequences.set(buyer, sequence)
    this.#place(sealed)
    this.#changed = true
  }

  #place(sealed: Sealed<Bid>): void {
    const { buyer, quantity } = sealed.body
    if (quantity > 0) this.#book.set(buyer, sealed)
    else this.#book.delete(buyer)
  }

  /** A bid goes when its buyer did not sign it, or when it is the cheapest of a full auction, and for no other reason. */
  #refused({ to, code, award, bidSequence }: Refused): void {
    if (code === 'award-lapsed' || code === 'unknown-award') this.#trades.refused(award)
    const bid = this.#book.get(to)
    if (code === 'bad-signature' && bid !== undefined && !verifySeal(this.#options.verifier, bid)) this.#book.delete(to)
    if (code !== 'auction-full' || bid === undefined || bid.body.sequence !== bidSequence) return
    const cheaper = this.#bids().find(({ price }) => price < bid.body.price)
    if (cheaper !== undefined) {
      this.#options.report('only the cheapest bid gives way', `${to} at ${bid.body.price}, not ${cheaper.price}`)
    }
    this.#book.delete(to)
  }

  #endRound(
    event: AgentEvent,
    { round, offered, changes }: { readonly round: number; readonly offered: number; readonly changes: TradeChanges },
  ): void {
    if (event.type !== 'wake' || this.#round === undefined) return
    const ended = round - this.#round - (changes.opened.length > 0 ? 1 : 0)
    if (ended <= 0) return
    const { reserveRisePerMille: rise, reserveFallPerMille: fall } = this.#options.rules
    const standing = { proven: this.#proven, pending: this.#trades.waiting > changes.opened.length }
    const reserve = reserveAfterRound(this.#bookAt(offered), { calm: !this.#changed, rise, fall, ...standing })
    if (reserve !== this.#reserve) this.#proven = Math.min(this.#proven, reserve)
    this.#reserve = reserve
    this.#changed = false
  }

  #bookAt(stock: number): Book {
    const { policy, floor } = this.#plan
    const ask = { stock: Math.max(0, stock) as Megabytes, reserve: this.#reserve as Ticks }
    return { policy, floor, ask, bids: this.#bids() }
  }

  #bids(): readonly Bid[] {
    return [...this.#book.values()].map(({ body }) => body)
  }

  #checkQuotes(messages: readonly Sealed[], offered: number): void {
    const quotes = messages.flatMap(({ body }) => (body.type === 'quote' ? [body] : []))
    if (quotes.length === 0) return
    const { awards } = clearNaively(this.#bookAt(offered).ask, this.#bids())
    for (const quote of quotes) {
      this.#checkAsk(quote, offered)
      this.#checkReserve(quote.reserve, this.#reserve)
      this.#checkGain(
        quote,
        awards.find(({ buyer }) => buyer === quote.buyer),
      )
      const seen = this.#sequences.get(quote.buyer)
      if (quote.bidSequence !== seen) this.#differ(`bid ${quote.bidSequence} quoted, ${seen} arrived`)
    }
  }

  #checkCommit(opened: readonly Sealed<Award>[], offered: number): void {
    if (opened.length === 0) return
    const quoted = this.#reserve
    this.#reserve = reserveAtAward(this.#bookAt(offered))
    const { awards } = clearNaively(this.#bookAt(offered).ask, this.#bids())
    for (const { body } of opened) {
      this.#checkAsk(body, offered)
      this.#checkReserve(body.quotedReserve, quoted)
      this.#checkReserve(body.reserve, this.#reserve)
      this.#checkEvidence(body)
      this.#checkGain(
        body,
        awards.find(({ buyer }) => buyer === body.buyer),
      )
      if (body.fee !== this.#options.rules.epsilon) this.#differ(`a fee of ${body.fee}`)
    }
    const passedOver = awards.filter(
      ({ buyer, quantity }) => quantity > 0 && !opened.some(({ body }) => body.buyer === buyer),
    )
    for (const { quantity } of passedOver) this.#differ(`no award of ${quantity} MB that a bid won`)
    for (const { body } of opened) this.#book.delete(body.buyer)
  }

  #checkEvidence({ evidence, round }: Award): void {
    const same =
      evidence.length === this.#book.size &&
      evidence.every((bid) => {
        const arrived = this.#book.get(bid.body.buyer)
        return (
          arrived !== undefined && areEqual(arrived.payload, bid.payload) && areEqual(arrived.signature, bid.signature)
        )
      })
    if (same) return
    this.#options.report(
      'the evidence is the bids that arrived',
      `${evidence.length} of ${this.#book.size} in ${round}`,
    )
  }

  #checkOffers(messages: readonly Sealed[], left: number): void {
    for (const { body } of messages) {
      if (body.type !== 'offer') continue
      // The last word on an offer keeps its terms, whatever its person wants by now.
      this.#checkAsk(body, left, body.status === 'closed' ? body.floor : undefined)
      if (body.status === 'closed') continue
      if (!this.#isOpen || body.offer !== this.#offer) this.#differ(`${body.offer} is announced, not ${this.#offer}`)
      this.#checkReserve(body.reserve, this.#reserve)
    }
  }

  #checkAsk({ stock, reserve }: Pick<Offer, 'stock' | 'reserve'>, left: number, floor = this.#plan.floor): void {
    const { report } = this.#options
    if (stock > left) report('no message offers more than is left', `${stock} MB of ${left}`)
    if (reserve < floor) report('a reserve is never below the floor', `${reserve} ticks of ${floor}`)
  }

  #checkReserve(said: number, expected: number): void {
    if (said === expected) return
    this.#options.report('a reserve moves only as its policy says', `${said} ticks said, ${expected} recomputed`)
  }

  #checkGain(said: Pick<Quote, 'quantity' | 'charge'>, expected: NaiveAward | undefined): void {
    const { quantity, charge } = expected ?? { quantity: 0, charge: 0 }
    if (said.quantity === quantity && said.charge === charge) return
    this.#differ(`${said.quantity} MB for ${said.charge} said, ${quantity} for ${charge} recomputed`)
  }

  #differ(detail: string): void {
    this.#options.report('awards and quotes say what the bids give', detail)
  }

  /** An auction that ends or begins has no bids. */
  #followOffer(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'save') continue
      const terms = effect.records.findLast(({ key }) => key === 'seller/offer')?.value as unknown as Terms | undefined
      if (terms === undefined) continue
      const offer = offerIdOf(this.#options.id, terms.number)
      const isNew = offer !== this.#offer
      this.#offer = offer
      this.#isOpen = terms.status === 'open'
      if (isNew) this.#reserve = this.#proven = this.#plan.floor
      if (!isNew && this.#isOpen) continue
      this.#book.clear()
      this.#sequences.clear()
      this.#changed = false
    }
  }

  #recall(key: string, value: Json): void {
    const buyer = key.slice('seller/bid/'.length)
    const sealed = sealedFromJson(value, 'bid')
    this.#sequences.set(buyer, sealed?.body.sequence ?? Number(value))
    if (sealed !== undefined) this.#place(sealed)
  }
}

const noTerms = { floor: ticks(0), policy: 'tracking' } as const

const messagesOf = (effects: readonly Effect[]): readonly Sealed<Message>[] =>
  effects.flatMap((effect) => (effect.type === 'send' || effect.type === 'publish' ? [effect.message] : []))

const areEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
