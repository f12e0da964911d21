/** What came of a market, computed by the swarm's observer from all stores at once. No node could. */
import { optimumOf, welfareOf } from '../../src/mechanism/measures.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import type { PeerId, Verifier } from '../../src/ports/signer.js'
import type { StoreContents } from '../../src/ports/store.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import type { Digest, OfferId, Receipt } from '../../src/protocol/message.js'
import { sellerOf } from '../../src/protocol/message.js'
import { findingsIn, type Violation, violationsAcross } from '../../src/sim/checkers.js'
import type { Person } from '../../src/sim/population.js'
import { megabytes } from '../../src/units.js'
import type { Market } from '../market-file.js'
import type { NodeStatus } from '../market-node.js'
import type { Death, Rest } from './swarm.js'

/** One node's share of the evidence. */
export interface Ledger {
  readonly person: Person
  readonly peerId: PeerId
  readonly contents: StoreContents
  /** The last that it said of itself, if it ever said anything. */
  readonly status: NodeStatus | undefined
}

export interface Evidence {
  readonly market: Market
  readonly seed: string
  readonly isolate: string
  readonly ledgers: readonly Ledger[]
  readonly deaths: readonly Death[]
  readonly rest: Rest
  /** Until every node was up and connected, and from there until the market was at rest. */
  readonly startMs: number
  readonly tradeMs: number
  readonly verifier: Verifier
}

export interface SaleLine {
  readonly seller: string
  readonly buyer: string
  /** MB. */
  readonly quantity: number
  /** Micros. */
  readonly charge: number
  /** Micros, due to the carrier. */
  readonly fee: number
  /** Ticks; a mean, so not always whole. */
  readonly unitPrice: number
  readonly offer: OfferId
  readonly round: number
  readonly award: Digest
}

/** Quantities in MB, money in micros, prices in ticks. */
export interface NodeLine {
  readonly name: string
  readonly peerId: PeerId
  readonly sells?: {
    readonly stock: number
    readonly floor: number
    readonly sold: number
    readonly revenue: number
    readonly closed: string | null
  }
  readonly wants?: {
    readonly demand: number
    readonly budget: number | null
    readonly bought: number
    readonly charges: number
    readonly fees: number
    /** Value of what was bought, less charges. */
    readonly utility: number
    readonly bids: number
    readonly sellers: number
  }
  readonly traffic: NodeStatus['traffic'] | null
  /** Why it did not run any more at the end. */
  readonly death: string | null
  /** On request, which is no failure. */
  readonly killed: boolean
}

/** What `--json` writes. */
export interface SwarmReport {
  readonly market: string
  readonly currency: string
  readonly seed: string
  readonly isolate: string
  readonly rest: Rest
  /** Achieved, the best any allocation could do, and their ratio. The optimum knows no budgets. */
  readonly welfare: number
  readonly optimum: number
  readonly welfareShare: number
  /** λ, at which demand meets supply in the optimum. */
  readonly optimumPrice: number
  readonly meanPrice: number
  readonly soldShare: number
  readonly bidsPerBuyer: number
  /** Of buyers who bought anything. */
  readonly sellersPerBuyer: number
  readonly gossipPerNode: TrafficLine
  readonly directPerNode: TrafficLine
  readonly startMs: number
  readonly tradeMs: number
  readonly elapsedMs: number
  readonly sales: readonly SaleLine[]
  readonly nodes: readonly NodeLine[]
  readonly violations: readonly Violation[]
}

/** What the average node received. */
export interface TrafficLine {
  readonly messages: number
  readonly bytes: number
}

export function reportOf(evidence: Evidence): SwarmReport {
  const { market, seed, isolate, ledgers, rest, startMs, tradeMs } = evidence
  const names = new Map(ledgers.map(({ peerId, person }) => [peerId, person.name]))
  const sales = ledgers
    .flatMap(({ contents }) => receiptsIn(contents, 'sale/'))
    .map((receipt) => lineOf(receipt, names))
  const nodes = ledgers.map((ledger) => nodeOf(ledger, sales, evidence.deaths))
  const sold = sum(sales.map(({ quantity }) => quantity))
  const buyers = nodes.flatMap(({ wants }) => (wants === undefined ? [] : [wants]))
  const served = buyers.filter(({ bought }) => bought > 0)
  return {
    market: market.market,
    currency: market.currency,
    seed,
    isolate,
    rest,
    ...welfareIn(ledgers, nodes),
    meanPrice: ratio(sum(sales.map(({ charge }) => charge)), sold),
    soldShare: ratio(sold, sum(nodes.map(({ sells }) => sells?.stock ?? 0))),
    bidsPerBuyer: ratio(sum(buyers.map(({ bids }) => bids)), buyers.length),
    sellersPerBuyer: ratio(sum(served.map(({ sellers }) => sellers)), served.length),
    ...trafficIn(ledgers),
    startMs: Math.round(startMs),
    tradeMs: Math.round(tradeMs),
    elapsedMs: Math.round(startMs + tradeMs),
    sales,
    nodes,
    violations: violationsAmong(ledgers, evidence.verifier),
  }
}

/** Whether the market did what it should: at rest unless somebody ended it, nobody lost but on request, no law broken. */
export const isSound = ({ rest, nodes, violations }: SwarmReport): boolean =>
  (rest === 'at rest' || rest === 'stopped') &&
  violations.length === 0 &&
  nodes.every(({ death, killed }) => death === null || killed)

/** Broken laws; of a trade with somebody who joined from outside only what one store can show. */
function violationsAmong(ledgers: readonly Ledger[], verifier: Verifier): readonly Violation[] {
  const names = new Map(ledgers.map(({ peerId, person }) => [peerId, person.name]))
  const own = ledgers.map(({ person, peerId, contents }) => ({ ...person, id: peerId, contents }))
  const { violations, sides } = findingsIn(own, verifier)
  const isWithin = ({ seller, turn }: (typeof sides)[number]): boolean =>
    names.has(seller) && names.has(turn.slice(turn.lastIndexOf(' ') + 1) as PeerId)
  return violationsAcross([{ violations, sides: sides.filter(isWithin) }], (id) => names.get(id))
}

function receiptsIn(contents: StoreContents, prefix: string): readonly { award: Digest; receipt: Receipt }[] {
  return contents.flatMap(({ key, value }) => {
    if (!key.startsWith(prefix)) return []
    const { receipt: saved } = value as { readonly receipt?: string | null }
    const receipt = saved === undefined || saved === null ? undefined : sealedFromJson(saved, 'receipt')
    return receipt === undefined ? [] : [{ award: key.slice(prefix.length), receipt: receipt.body }]
  })
}

function lineOf(
  { award, receipt }: { readonly award: Digest; readonly receipt: Receipt },
  names: ReadonlyMap<PeerId, string>,
): SaleLine {
  const { offer, buyer, quantity, charge, fee, round } = receipt
  const seller = sellerOf(offer)
  return {
    seller: names.get(seller) ?? seller,
    buyer: names.get(buyer) ?? buyer,
    quantity,
    charge,
    fee,
    unitPrice: ratio(charge, quantity),
    offer,
    round,
    award,
  }
}

function nodeOf(ledger: Ledger, sales: readonly SaleLine[], deaths: readonly Death[]): NodeLine {
  const { person, peerId, contents, status } = ledger
  const { name, sells, wants } = person
  const mine = sales.filter(({ seller }) => seller === name)
  const bought = receiptsIn(contents, 'purchase/').map(({ receipt }) => receipt)
  const died = deaths.find((death) => death.name === name)
  return {
    name,
    peerId,
    ...(sells !== undefined && {
      sells: {
        stock: sells.stock,
        floor: sells.floor,
        sold: sum(mine.map(({ quantity }) => quantity)),
        revenue: sum(mine.map(({ charge }) => charge)),
        closed: status?.seller?.closeReason ?? null,
      },
    }),
    ...(wants !== undefined && {
      wants: {
        ...boughtBy(wants, bought),
        budget: wants.budget ?? null,
        bids: status?.buyer?.bidsSent ?? 0,
        sellers: new Set(bought.map(({ offer }) => sellerOf(offer))).size,
      },
    }),
    traffic: status?.traffic ?? null,
    death: died?.reason ?? null,
    killed: died?.killed ?? false,
  }
}

function boughtBy(wants: NonNullable<Person['wants']>, receipts: readonly Receipt[]) {
  const valuation = valuationOf(wants.valuation)
  const bought = sum(receipts.map(({ quantity }) => quantity))
  const charges = sum(receipts.map(({ charge }) => charge))
  const fees = sum(receipts.map(({ fee }) => fee))
  return { demand: valuation.demand, bought, charges, fees, utility: valuation.value(bought) - charges }
}

function welfareIn(ledgers: readonly Ledger[], nodes: readonly NodeLine[]) {
  const plans = ledgers.map(({ person }) => person)
  const valuations = plans.flatMap(({ wants }) => (wants === undefined ? [] : [valuationOf(wants.valuation)]))
  const owned = nodes.flatMap(({ wants }) => (wants === undefined ? [] : [wants.bought]))
  const supplies = plans.flatMap(({ sells }) => (sells === undefined ? [] : [sells]))
  const sold = nodes.flatMap(({ sells }) => (sells === undefined ? [] : [sells.sold]))
  const welfare = welfareOf(
    valuations.map((valuation, index) => ({ valuation, owned: megabytes(owned[index]!) })),
    supplies.map(({ floor }, index) => ({ floor, sold: megabytes(sold[index]!) })),
  )
  const optimum = optimumOf(
    valuations.map((valuation) => ({ valuation, owned: megabytes(0) })),
    supplies,
  )
  // Where nothing is worth trading, doing nothing is all there is to do.
  const welfareShare = optimum.welfare > 0 ? welfare / optimum.welfare : 1
  return { welfare, optimum: optimum.welfare, welfareShare, optimumPrice: optimum.price }
}

function trafficIn(ledgers: readonly Ledger[]): Pick<SwarmReport, 'gossipPerNode' | 'directPerNode'> {
  const traffic = ledgers.flatMap(({ status }) => (status === undefined ? [] : [status.traffic]))
  const mean = (values: readonly number[]): number => Math.round(ratio(sum(values), traffic.length))
  return {
    gossipPerNode: {
      messages: mean(traffic.map(({ gossip }) => gossip.in.messages + gossip.duplicates)),
      bytes: mean(traffic.map(({ gossip }) => gossip.in.bytes)),
    },
    directPerNode: {
      messages: mean(traffic.map(({ direct }) => direct.in.messages)),
      bytes: mean(traffic.map(({ direct }) => direct.in.bytes)),
    },
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
