/** One participant whose every event the test writes: no network, no driver, a disk that remembers what was saved. */
import type { AgentEvent, Command, Effect, Fact } from '../../src/agent/agent.js'
import { Participant } from '../../src/agent/participant.js'
import { type BuyPlan, lanRules, type Rules, type SellPlan } from '../../src/agent/rules.js'
import { clear } from '../../src/mechanism/auction.js'
import { ladderFor } from '../../src/mechanism/ladder.js'
import type { Random } from '../../src/ports/random.js'
import type { Signer } from '../../src/ports/signer.js'
import type { Json } from '../../src/ports/store.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import {
  type Accept,
  type Award,
  type Bid,
  type DirectMessage,
  type Message,
  type Offer,
  offerIdOf,
  type Quote,
  type Receipt,
  type Refused,
  type Sealed,
} from '../../src/protocol/message.js'
import { digestOf, seal } from '../../src/protocol/signing.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'

export const market = 'trial'
export const epoch = millis(1_700_000_000_000)
/** A buyer reacts to news at once, so that a test need not wait for it. */
export const promptRules: Rules = { ...lanRules, reactMsMax: millis(0) }
/** A few things may be due at once, one leading to another; more is an agent that spins. */
const wakesAtOnceMax = 10
const atOnce: Random = { below: () => 0 }

export const sellPlan: SellPlan = {
  stock: megabytes(100),
  floor: ticks(10),
  policy: 'tracking',
  closesAfterMs: millis(600_000),
}
/** 1 GB wanted, the first MB of it worth 40 000 ticks. */
export const buyPlan: BuyPlan = {
  valuation: { kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: 1 },
  budget: undefined,
  strategy: 'minimal-pool',
}

export interface StageOptions {
  readonly name?: string
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  readonly rules?: Rules
}

export class Stage {
  readonly signer: Signer
  readonly disk = new Map<string, Json>()
  readonly #options: StageOptions
  now = epoch
  participant: Participant

  constructor(options: StageOptions) {
    this.#options = options
    this.signer = simulatedSigner(options.name ?? 'me')
    this.participant = this.#participant(options)
  }

  get id(): string {
    return this.signer.id
  }

  start(): readonly Effect[] {
    return this.step({ type: 'start' })
  }

  /** The node ends here; another begins with what the disk holds. */
  restart(change: StageOptions = {}): readonly Effect[] {
    this.participant = this.#participant({ ...this.#options, ...change })
    return this.start()
  }

  step(event: AgentEvent): readonly Effect[] {
    const effects = this.participant.step(this.now, event)
    for (const effect of effects) {
      if (effect.type !== 'save') continue
      for (const { key, value } of effect.records) {
        if (value === undefined) this.disk.delete(key)
        else this.disk.set(key, value)
      }
    }
    return effects
  }

  take(message: Sealed<DirectMessage>): readonly Effect[] {
    return this.step({ type: 'direct', from: message.signer, message })
  }

  hear(message: Sealed<Offer>): readonly Effect[] {
    return this.step({ type: 'gossip', from: message.signer, message })
  }

  command(command: Command | 'withdraw-offer' | 'stop-buying'): readonly Effect[] {
    return this.step({ type: 'command', command: typeof command === 'string' ? { type: command } : command })
  }

  /** Lets time pass and wakes the participant whenever it asked for it; fails when it asks again and again at one time. */
  pass(ms: number): readonly Effect[] {
    const end = this.now + ms
    const all: Effect[] = []
    let wakesAtOnce = 0
    for (;;) {
      const { deadline } = this.participant
      if (deadline === undefined || deadline > end) break
      wakesAtOnce = deadline > this.now ? 0 : wakesAtOnce + 1
      if (wakesAtOnce > wakesAtOnceMax) throw new Error(`woken ${wakesAtOnce} times at ${this.now} and not done`)
      this.now = millis(Math.max(this.now, deadline))
      all.push(...this.step({ type: 'wake' }))
    }
    this.now = millis(end)
    return all
  }

  /** What the disk holds of accepts, with or without their receipts. */
  committed(): { readonly quantity: number; readonly charge: number } {
    const accepts = [...this.disk].flatMap(([key, value]) => {
      if (!key.startsWith('purchase/')) return []
      return [sealedFromJson((value as { readonly accept: Json }).accept, 'accept')!.body]
    })
    return {
      quantity: accepts.reduce((sum, { quantity }) => sum + quantity, 0),
      charge: accepts.reduce((sum, { charge }) => sum + charge, 0),
    }
  }

  #participant({ sells, wants, rules = promptRules }: StageOptions): Participant {
    const restored = [...this.disk].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, value }))
    return new Participant({
      signer: this.signer,
      verifier: simulatedVerifier,
      market,
      rules,
      random: atOnce,
      addresses: ['/ip4/127.0.0.1/tcp/1'],
      sells,
      wants,
      restored,
    })
  }
}

/** The messages of one type among `effects`, published or sent. */
export function messagesIn<Type extends Message['type']>(
  effects: readonly Effect[],
  type: Type,
): readonly Sealed<Extract<Message, { readonly type: Type }>>[] {
  return effects.flatMap((effect) =>
    (effect.type === 'send' || effect.type === 'publish') && effect.message.body.type === type
      ? [effect.message as Sealed<Extract<Message, { readonly type: Type }>>]
      : [],
  )
}

/** The only message of one type among `effects`. */
export function theOne<Type extends Message['type']>(effects: readonly Effect[], type: Type) {
  const [first, ...others] = messagesIn(effects, type)
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} or no messages of type ${type}`)
  return first
}

export const kindsIn = (effects: readonly Effect[]): readonly string[] =>
  effects.map((effect) => {
    if (effect.type === 'save') return 'save'
    return effect.type === 'report' ? `report ${effect.fact.type}` : `${effect.type} ${effect.message.body.type}`
  })

export const factsIn = (effects: readonly Effect[]): readonly Fact['type'][] =>
  effects.flatMap((effect) => (effect.type === 'report' ? [effect.fact.type] : []))

export const refusalsIn = (effects: readonly Effect[]): readonly string[] =>
  messagesIn(effects, 'refused').map(({ body }) => body.code)

export interface Wish {
  readonly offer: string
  readonly sequence?: number
  readonly quantity: number
  readonly price: number
}

export function bidBy(signer: Signer, { offer, sequence = 1, quantity, price }: Wish): Sealed<Bid> {
  const [q, p] = [megabytes(quantity), ticks(price)]
  return seal(signer, { type: 'bid', market, offer, buyer: signer.id, sequence, quantity: q, price: p })
}

export function acceptBy(signer: Signer, award: Sealed<Award>, change: Partial<Accept> = {}): Sealed<Accept> {
  const { offer, round, buyer, quantity, charge, fee } = award.body
  const digest = digestOf(award)
  return seal(signer, {
    type: 'accept',
    market,
    offer,
    round,
    buyer,
    award: digest,
    quantity,
    charge,
    fee,
    ...change,
  })
}

export function declineBy(signer: Signer, award: Sealed<Award>) {
  const { offer, round, buyer } = award.body
  const body = {
    type: 'decline',
    market,
    offer,
    round,
    buyer,
    award: digestOf(award),
    code: 'no-longer-wanted',
  } as const
  return seal(signer, body)
}

export function offerBy(signer: Signer, change: Partial<Offer> = {}): Sealed<Offer> {
  const [stock, reserve] = [change.stock ?? megabytes(1_000), change.reserve ?? ticks(1_000)]
  return seal(signer, {
    type: 'offer',
    market,
    offer: offerIdOf(signer.id, 1),
    sequence: 1,
    status: 'open',
    stock,
    reserve,
    floor: ticks(500),
    policy: 'tracking',
    ladder: [{ price: reserve, quantity: stock }],
    issuedAt: epoch,
    expiresAt: millis(epoch + 120_000),
    closesAt: millis(epoch + 3_600_000),
    addresses: ['/ip4/127.0.0.1/tcp/2'],
    ...change,
  })
}

export interface AuctionView {
  readonly bids: readonly Sealed<Bid>[]
  readonly stock?: number
  readonly reserve?: number
  readonly round?: number
}

/** What an honest seller would quote the buyer of the first of `bids`. */
export function quoteBy(
  signer: Signer,
  { bids, stock = 1_000, reserve = 1_000, round = 1 }: AuctionView,
  change: Partial<Quote> = {},
): Sealed<Quote> {
  const ask = { stock: megabytes(stock), reserve: ticks(reserve) }
  const { offer, buyer, sequence } = bids[0]!.body
  const book = bids.map(({ body }) => body)
  const { quantity, charge } = clear(ask, book).awards[0]!
  return seal(signer, {
    type: 'quote',
    market,
    offer,
    buyer,
    bidSequence: sequence,
    round,
    sequence: 1,
    ...ask,
    ladder: ladderFor(ask, book, buyer),
    quantity,
    charge,
    ...change,
  })
}

/** What an honest seller would award the buyer of the first of `bids`. */
export function awardBy(
  signer: Signer,
  { bids, stock = 1_000, reserve = 1_000, round = 2 }: AuctionView,
  change: Partial<Award> = {},
): Sealed<Award> {
  const ask = { stock: megabytes(stock), reserve: ticks(reserve) }
  const { offer, buyer } = bids[0]!.body
  const { quantity, charge } = clear(
    ask,
    bids.map(({ body }) => body),
  ).awards[0]!
  return seal(signer, {
    type: 'award',
    market,
    offer,
    round,
    buyer,
    ...ask,
    quotedReserve: ask.reserve,
    evidence: bids,
    quantity,
    charge,
    fee: micros(promptRules.epsilon),
    ...change,
  })
}

export function receiptBy(signer: Signer, accept: Sealed<Accept>): Sealed<Receipt> {
  const { offer, round, buyer, award, quantity, charge, fee } = accept.body
  return seal(signer, { type: 'receipt', market, offer, round, buyer, award, quantity, charge, fee, accept })
}

export function refusedBy(
  signer: Signer,
  about: Pick<Refused, 'offer' | 'to' | 'code'> & Partial<Refused>,
): Sealed<Refused> {
  return seal(signer, { type: 'refused', market, bidSequence: 0, award: '', ...about })
}
