/** What an observer of a whole simulated market measures at its end (MECHANISM §8). */
import { sha256 } from '@noble/hashes/sha2.js'
import { toString as textOf } from 'uint8arrays/to-string'
import type { Rung } from '../mechanism/bid.js'
import { costOf } from '../mechanism/ladder.js'
import { optimumOf, welfareOf } from '../mechanism/measures.js'
import { type Situation, supremumOf } from '../mechanism/reply.js'
import { valuationOf } from '../mechanism/valuation.js'
import type { PeerId } from '../ports/signer.js'
import { sellerOf } from '../protocol/message.js'
import { listenedShards, shardOf } from '../protocol/topics.js'
import { type Megabytes, type Millis, megabytes, micros, microsMax, millis, type Ticks } from '../units.js'
import { violationsAcross } from './checkers.js'
import type { Violation } from './laws.js'
import type { SimulationOptions } from './options.js'
import type { Outcome, Trade, Traffic } from './outcome.js'
import type { Participating } from './people.js'

/** Shares and prices are what an observer of everything computes; no node can. Prices in ticks, money in micros. */
export interface SimulationReport {
  /** SHA-256 over every node's trades and counts: equal options give equal digests. */
  readonly digest: string
  /** Whether every offer closed and every accept was answered in time. */
  readonly ended: boolean
  readonly welfareShare: number
  readonly welfare: number
  readonly optimum: number
  readonly soldShare: number
  /** Charges over MB sold. */
  readonly meanPrice: number
  /** λ, where demand would meet supply. */
  readonly clearingPrice: number
  readonly revenue: number
  readonly bidsPerBuyer: number
  /** Different sellers per buyer that bought something. */
  readonly sellersPerBuyer: number
  /** Sent, repetitions included, over all nodes. */
  readonly directMessagesPerNode: number
  /** Copies received over the mesh, duplicates included. */
  readonly gossipMessagesPerNode: number
  /** undefined with `fast`. */
  readonly directBytesPerNode: number | undefined
  readonly gossipBytesPerNode: number | undefined
  /** Rounds of an auction, on average. */
  readonly roundsPerSeller: number
  readonly regret: RegretReport
  readonly maxRegretOverEpsilon: number
  readonly violations: readonly Violation[]
  readonly sales: number
  /** The last trade, and the end of the last offer. */
  readonly lastTradeMs: Millis
  readonly virtualMs: Millis
  readonly steps: number
  /** Trades in the order of time: what prices did. */
  readonly prices: readonly PricePoint[]
  readonly people: readonly PersonOutcome[]
}

/** Trades between two moments. */
export interface PricePoint {
  readonly fromMs: Millis
  readonly quantity: number
  /** Ticks; undefined where nothing was sold. */
  readonly meanPrice: number | undefined
}

/** Regret at rest over ε, of every buyer (MECHANISM §8). */
export interface RegretReport {
  readonly median: number
  readonly p90: number
  readonly p99: number
  readonly max: number
  /** Share of the buyers whose regret is at most 2 ε. */
  readonly withinTwoEpsilon: number
}

export interface PersonOutcome {
  readonly name: string
  /** Bought or sold, MB. */
  readonly quantity: number
  /** Paid or earned. */
  readonly money: number
  /** Of a buyer, by its true valuation: what the data is worth to it less what it was charged. */
  readonly utility: number | undefined
  readonly bids: number
  readonly partners: number
}

/** A market that is over, and what its parts measured. */
export interface Run {
  readonly options: SimulationOptions
  readonly people: readonly Participating[]
  readonly ended: boolean
  readonly elapsedMs: Millis
  /** In any order. */
  readonly outcomes: readonly Outcome[]
}

/** The same however the market was dealt out. */
export function reportOn({ options, people, ended, elapsedMs, outcomes }: Run): SimulationReport {
  const trades = outcomes.flatMap((each) => each.trades).sort((a, b) => a.atMs - b.atMs || a.node - b.node)
  const buyers = buyersOf(people, { outcomes, trades })
  const sellers = sellersOf(people, { outcomes, trades })
  const nobody = buyers.map(({ valuation }) => ({ valuation, owned: megabytes(0) }))
  const optimum = optimumOf(nobody, sellers)
  const welfare = welfareOf(buyers, sellers)
  const sold = sum(sellers.map((seller) => seller.sold))
  const revenue = sum(sellers.map((seller) => seller.revenue))
  const perNode = (count: number) => count / people.length
  const regret = regretAtRest(buyers, sellers, options)
  const persons = [...sellers, ...buyers].map(({ outcome }) => outcome)
  const traffic = totalOf(outcomes.map((each) => each.traffic))
  const bytes = options.fast ? undefined : totalOf(outcomes.map((each) => each.bytes))
  const bought = buyers.filter(({ owned }) => owned > 0)
  const nameOf = (id: PeerId) => people.find(({ signer }) => signer.id === id)?.name
  const broken = violationsAcross(
    outcomes.map(({ findings }) => findings),
    nameOf,
  )
  return {
    digest: digestOf({ persons, trades, buyerOf: ({ node }) => people[node]!.name, rest: { traffic, elapsedMs } }),
    ended,
    welfareShare: ratio(welfare, optimum.welfare),
    welfare,
    optimum: optimum.welfare,
    soldShare: ratio(sold, sum(sellers.map(({ stock }) => stock))),
    meanPrice: ratio(revenue, sold),
    clearingPrice: optimum.price,
    revenue,
    bidsPerBuyer: ratio(sum(buyers.map(({ outcome }) => outcome.bids)), buyers.length),
    sellersPerBuyer: ratio(sum(bought.map(({ outcome }) => outcome.partners)), bought.length),
    directMessagesPerNode: perNode(traffic.direct),
    gossipMessagesPerNode: perNode(traffic.gossip),
    directBytesPerNode: bytes && perNode(bytes.direct),
    gossipBytesPerNode: bytes && perNode(bytes.gossip),
    roundsPerSeller: ratio(sum(sellers.map(({ rounds }) => rounds)), sellers.length),
    regret,
    maxRegretOverEpsilon: regret.max,
    violations: [...outcomes.flatMap(({ seen }) => seen), ...broken],
    sales: trades.length,
    lastTradeMs: trades[trades.length - 1]?.atMs ?? millis(0),
    virtualMs: elapsedMs,
    steps: sum(outcomes.map(({ steps }) => steps)),
    prices: pricesOf(trades),
    people: persons,
  }
}

/** What is wrong with a run, in words; nothing when the market came to rest with every law kept. */
export function failuresOf({ violations, ended, virtualMs }: SimulationReport): readonly string[] {
  return [
    ...violations.map(({ law, who, detail }) => `${law}: ${who}, ${detail}`),
    ...(ended ? [] : [`the market was not at rest after ${virtualMs} ms of its time`]),
  ]
}

type Ends = Pick<Run, 'outcomes'> & { readonly trades: readonly Trade[] }

/** Buyers at the end, with what they truly value. */
function buyersOf(people: Run['people'], { outcomes, trades }: Ends) {
  const partners = partnersIn(trades, ({ node, offer }) => [node, sellerOf(offer)])
  const ends = outcomes.flatMap(({ buyers }) => buyers).sort((a, b) => a.node - b.node)
  return ends.map(({ node, owned, spent, bids }) => {
    const { name, signer, wants, worth } = people[node]!
    const valuation = valuationOf(worth!)
    const budgetLeft = micros(Math.max(0, (wants?.budget ?? microsMax) - spent))
    const utility = valuation.value(owned) - spent
    const traded = partners.get(node)?.size ?? 0
    const outcome: PersonOutcome = { name, quantity: owned, money: spent, utility, bids, partners: traded }
    return { buyer: signer.id, valuation, owned, budgetLeft, outcome }
  })
}

function sellersOf(people: Run['people'], { outcomes, trades }: Ends) {
  const partners = partnersIn(trades, ({ node, offer }) => [sellerOf(offer), node])
  const ends = outcomes.flatMap(({ sellers }) => sellers).sort((a, b) => a.node - b.node)
  return ends.map(({ node, sold, revenue, reserve, rounds }) => {
    const { name, signer, sells } = people[node]!
    const { id } = signer
    const traded = partners.get(id)?.size ?? 0
    const outcome = { name, quantity: sold, money: revenue, utility: undefined, bids: 0, partners: traded }
    return { id, stock: sells!.stock, floor: sells!.floor, sold, revenue, reserve, rounds, outcome }
  })
}

/** With whom everybody traded: `sidesOf` says whose partner is whose. */
function partnersIn<Owner, Partner>(trades: readonly Trade[], sidesOf: (trade: Trade) => readonly [Owner, Partner]) {
  const partners = new Map<Owner, Set<Partner>>()
  for (const trade of trades) {
    const [owner, partner] = sidesOf(trade)
    const known = partners.get(owner) ?? new Set()
    partners.set(owner, known.add(partner))
  }
  return partners
}

interface Leftover extends Rung {
  readonly shard: number
}

/**
 * At rest nobody bids any more, so what a buyer can still gain is what it would buy of the stock that stayed unsold, at the
 * reserves at which its sellers gave up, in the shards that it listens to.
 */
function regretAtRest(
  buyers: readonly Pick<Situation, 'buyer' | 'valuation' | 'owned' | 'budgetLeft'>[],
  sellers: readonly {
    readonly id: PeerId
    readonly stock: Megabytes
    readonly sold: Megabytes
    readonly reserve: Ticks
  }[],
  { rules, shards, shardsHeard }: SimulationOptions,
): RegretReport {
  const leftovers = sellers
    .filter(({ stock, sold }) => sold < stock)
    .map(({ id, stock, sold, reserve }): Leftover => {
      return { quantity: megabytes(stock - sold), price: reserve, shard: shardOf(id, shards) }
    })
  const byShard = Array.from({ length: shards }, (): Leftover[] => [])
  for (const leftover of leftovers) byShard[leftover.shard]!.push(leftover)
  const regrets = buyers.map((buyer) => {
    const { valuation, owned } = buyer
    const heard = listenedShards(buyer.buyer, { count: shards, heard: shardsHeard })
    const rungs = heard.flatMap((shard) => byShard[shard]!).sort((a, b) => a.price - b.price)
    const more = supremumOf({ ...buyer, epsilon: micros(0), loyalty: 0, view: [] }, rungs)
    return (valuation.value(owned + more) - valuation.value(owned) - costOf(rungs, more)) / Math.max(1, rules.epsilon)
  })
  regrets.sort((a, b) => a - b)
  const quantile = (perMille: number) => regrets[Math.floor(((regrets.length - 1) * perMille) / 1_000)] ?? 0
  return {
    median: quantile(500),
    p90: quantile(900),
    p99: quantile(990),
    max: quantile(1_000),
    withinTwoEpsilon: ratio(regrets.filter((regret) => regret <= 2).length, regrets.length),
  }
}

const pointsMax = 40

/** Mean prices over up to {@link pointsMax} equal spans of whole seconds. */
function pricesOf(trades: readonly Trade[]): readonly PricePoint[] {
  const last = trades[trades.length - 1]
  if (last === undefined) return []
  const spanMs = 1_000 * Math.ceil((last.atMs + 1) / (1_000 * pointsMax))
  const spans = Array.from({ length: Math.floor(last.atMs / spanMs) + 1 }, () => ({ quantity: 0, charge: 0 }))
  for (const { atMs, quantity, charge } of trades) {
    const span = spans[Math.floor(atMs / spanMs)]!
    span.quantity += quantity
    span.charge += charge
  }
  return spans.map(({ quantity, charge }, index) => {
    const meanPrice = quantity === 0 ? undefined : charge / quantity
    return { fromMs: millis(index * spanMs), quantity, meanPrice }
  })
}

interface Happened {
  readonly persons: readonly PersonOutcome[]
  readonly trades: readonly Trade[]
  readonly buyerOf: (trade: Trade) => string
  readonly rest: Readonly<Record<string, unknown>>
}

/** What happened, as a hash. Not the messages' own digests: they differ where signatures are left out. */
function digestOf({ persons, trades, buyerOf, rest }: Happened): string {
  const hash = sha256.create()
  const add = (value: unknown) => hash.update(new TextEncoder().encode(`${JSON.stringify(value)}\n`))
  add(rest)
  for (const person of persons) add(person)
  for (const trade of trades) {
    const { atMs, offer, round, quantity, charge } = trade
    add([buyerOf(trade), atMs, offer, round, quantity, charge])
  }
  return textOf(hash.digest(), 'hex')
}

function totalOf(traffics: readonly Traffic[]): Traffic {
  const direct = sum(traffics.map((each) => each.direct))
  return { direct, gossip: sum(traffics.map((each) => each.gossip)) }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
