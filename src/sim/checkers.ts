/**
 * The laws of the market, checked from what the nodes' stores hold by code that shares nothing with the agents but the
 * formats. Only an observer can do this; a node sees its own store alone.
 */
import { buyPlanKey, sellPlanKey, type ToldPlan, toldPlanIn } from '../agent/counted-plan.js'
import type { BuyPlan, SellPlan } from '../agent/rules.js'
import { costOf, ladderFor } from '../mechanism/ladder.js'
import { valuationOf } from '../mechanism/valuation.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Json, StoreContents } from '../ports/store.js'
import { awardFromJson, type EvidenceAt, evidenceIn } from '../protocol/award-record.js'
import { sealedFromJson } from '../protocol/json.js'
import { type Award, type Digest, type Receipt, type Sealed, sellerOf } from '../protocol/message.js'
import { digestOf, verifySeal } from '../protocol/signing.js'
import { laws, type Violation } from './laws.js'

/** One person's plans, as they were configured, and store, which keeps those told at run time. */
export interface Ledger {
  readonly name: string
  readonly id: PeerId
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  readonly contents: StoreContents
  /** Its place among all ledgers, where some of them are looked at elsewhere. Default: its place in the list. */
  readonly place?: number
}

export { type FinalLaw, type Law, laws, type Violation } from './laws.js'

/** One accepted trade as one side's store has it. */
interface Entry {
  readonly owner: Ledger
  readonly digest: Digest
  readonly award: Sealed<Award>
  readonly receipt: Sealed<Receipt> | undefined
}

/** A trade that its store says is done. */
type Settled = Entry & { readonly receipt: Sealed<Receipt> }

/** One side of a trade, as much of it as the other side is checked against. */
interface Side {
  readonly type: 'sale' | 'purchase'
  readonly who: string
  readonly place: number
  readonly seller: PeerId
  readonly award: Digest
  readonly receipt: Digest | undefined
  /** In which there may be one award. */
  readonly turn: string
}

/** What some of a market's ledgers show: plain data, to be put together with what the others show. */
export interface Findings {
  readonly violations: readonly Violation[]
  readonly sides: readonly Side[]
}

/** Every broken law; empty when all hold. Nodes must have stopped, or be at rest. */
export const violationsIn = (ledgers: readonly Ledger[], verifier: Verifier): readonly Violation[] =>
  violationsAcross([findingsIn(ledgers, verifier)], (seller) => ledgers.find(({ id }) => id === seller)?.name)

/** What can be told from a few ledgers without the others. */
export function findingsIn(ledgers: readonly Ledger[], verifier: Verifier): Findings {
  const found: Violation[] = []
  const places = new Map(ledgers.map((ledger, index) => [ledger, ledger.place ?? index]))
  const sales = entriesOf(ledgers, 'sale/', found)
  const purchases = entriesOf(ledgers, 'purchase/', found)
  for (const entry of [...sales, ...purchases]) if (isSettled(entry)) checkReceipt(entry, verifier, found)
  for (const sale of sales) checkAward(sale, found)
  const [sold, bought] = [sales, purchases].map(totalsOf) as [Totals, Totals]
  for (const ledger of ledgers) checkLimits(ledger, { sold, bought }, found)
  const sideOf = (type: Side['type'], { owner, digest, award, receipt }: Entry): Side => ({
    type,
    who: owner.name,
    place: places.get(owner)!,
    seller: award.signer,
    award: digest,
    receipt: receipt && digestOf(receipt),
    turn: `${award.body.offer} ${award.body.round} ${award.body.buyer}`,
  })
  const sides = [...sales.map((sale) => sideOf('sale', sale)), ...purchases.map((each) => sideOf('purchase', each))]
  return { violations: found, sides }
}

/** Every broken law of a whole market, in the same order however its ledgers were dealt out. */
export function violationsAcross(
  findings: readonly Findings[],
  nameOf: (id: PeerId) => string | undefined,
): readonly Violation[] {
  const found = findings.flatMap(({ violations }) => violations)
  const sides = findings.flatMap((each) => each.sides).sort((a, b) => a.place - b.place)
  const sales = sides.filter(({ type }) => type === 'sale')
  const purchases = sides.filter(({ type }) => type === 'purchase')
  checkCounterparts({ sales, purchases, nameOf }, found)
  checkRounds([...sales, ...purchases], found)
  const rank = ({ law }: Violation) => (laws as readonly string[]).indexOf(law)
  return found.sort((a, b) => rank(a) - rank(b) || compared(a.who, b.who) || compared(a.detail, b.detail))
}

const compared = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function entriesOf(ledgers: readonly Ledger[], prefix: string, found: Violation[]): readonly Entry[] {
  return ledgers.flatMap((owner) => {
    const evidenceAt = evidenceIn(owner.contents)
    return owner.contents
      .filter(({ key }) => key.startsWith(prefix))
      .flatMap(({ key, value }) => {
        const entry = entryOf({ owner, digest: key.slice(prefix.length), value, evidenceAt })
        if (entry === undefined) found.push({ law: 'stores can be read', who: owner.name, detail: key })
        return entry === undefined ? [] : [entry]
      })
  })
}

interface Found {
  readonly owner: Ledger
  readonly digest: Digest
  readonly value: Json
  readonly evidenceAt: EvidenceAt
}

function entryOf({ owner, digest, value, evidenceAt }: Found): Entry | undefined {
  const saved = value as { readonly award?: Json; readonly receipt?: Json } | null
  const award = awardFromJson(saved?.award ?? null, evidenceAt)
  const receipt = sealedFromJson(saved?.receipt ?? null, 'receipt')
  if (award === undefined || digestOf(award) !== digest) return undefined
  if (receipt === undefined && (saved?.receipt ?? null) !== null) return undefined
  return { owner, digest, award, receipt }
}

const isSettled = (entry: Entry): entry is Settled => entry.receipt !== undefined

interface Trades {
  readonly sales: readonly Side[]
  readonly purchases: readonly Side[]
  readonly nameOf: (id: PeerId) => string | undefined
}

/** Every sale has its purchase with the same receipt, and every purchase its sale. */
function checkCounterparts({ sales, purchases, nameOf }: Trades, found: Violation[]): void {
  const lone = ({ who }: Side, detail: string) => found.push({ law: 'a sale has a receipt on both sides', who, detail })
  const bought = new Map(purchases.map((purchase) => [purchase.award, purchase]))
  for (const sale of sales) {
    const purchase = bought.get(sale.award)
    if (sale.receipt === undefined) lone(sale, `a sale without a receipt: ${sale.award}`)
    else if (purchase?.receipt === undefined) lone(sale, `the buyer holds no receipt of ${sale.award}`)
    else if (purchase.receipt !== sale.receipt) {
      const detail = `the receipts of ${sale.award} differ`
      found.push({ law: 'both sides hold the same receipt', who: sale.who, detail })
    }
  }
  const sold = new Set(sales.map(({ award }) => award))
  for (const purchase of purchases) {
    if (sold.has(purchase.award)) continue
    const said = purchase.receipt === undefined ? 'did not answer the accept' : 'has no receipt'
    lone(purchase, `${nameOf(purchase.seller) ?? purchase.seller} ${said} of ${purchase.award}`)
  }
}

function checkReceipt({ owner, award, receipt }: Settled, verifier: Verifier, found: Violation[]): void {
  const { body, signer } = receipt
  const accept = body.accept
  const signed =
    verifySeal(verifier, receipt) &&
    verifySeal(verifier, accept) &&
    signer === sellerOf(body.offer) &&
    accept.signer === body.buyer
  if (!signed) found.push({ law: 'receipts are signed by both sides', who: owner.name, detail: body.award })
  const same =
    body.award === digestOf(award) &&
    accept.body.award === body.award &&
    body.quantity === award.body.quantity &&
    body.charge === award.body.charge &&
    body.fee === award.body.fee &&
    body.buyer === award.body.buyer &&
    body.round === award.body.round &&
    body.offer === award.body.offer
  if (!same) found.push({ law: 'receipts say what their awards say', who: owner.name, detail: body.award })
}

/** Two different awards of one round to one buyer are what a seller signs who promises the same stock twice. */
function checkRounds(sides: readonly Side[], found: Violation[]): void {
  const first = new Map<string, Digest>()
  for (const { who, award, turn } of sides) {
    const other = first.get(turn)
    first.set(turn, other ?? award)
    if (other === undefined || other === award) continue
    const detail = `${other} and ${award} are of one round`
    found.push({ law: 'no seller awards twice in one round to one buyer', who, detail })
  }
}

/** Recomputes the charge by integrating the winner's ladder, where sellers use prefix sums. */
function checkAward({ owner, award }: Entry, found: Violation[]): void {
  const { buyer, quantity, charge, stock, reserve, evidence } = award.body
  const bids = evidence.map(({ body }) => body)
  const bid = bids.find((candidate) => candidate.buyer === buyer)
  // A floor told at run time is known of the last plan alone.
  const floor = toldPlanIn(sellPlanKey, owner.contents) === undefined ? (owner.sells?.floor ?? reserve) : reserve
  if (bid === undefined || quantity > bid.quantity || bid.price < reserve || reserve < floor || quantity > stock) {
    const detail = `${quantity} MB at a reserve of ${reserve} ticks`
    found.push({ law: 'no award is above its bid or below the floor', who: owner.name, detail })
  }
  const expected = costOf(ladderFor({ stock, reserve }, bids, buyer), quantity)
  if (expected !== charge) {
    const detail = `${charge} micros charged, ${expected} recomputed`
    found.push({ law: 'charges are what the evidence gives', who: owner.name, detail })
  }
}

interface Total {
  readonly quantity: number
  readonly charge: number
}

/** What each owner traded in all. */
type Totals = ReadonlyMap<PeerId, Total>

const nothing: Total = { quantity: 0, charge: 0 }

function totalsOf(entries: readonly Entry[]): Totals {
  const totals = new Map<PeerId, Total>()
  for (const { owner, award } of entries) {
    const { quantity, charge } = totals.get(owner.id) ?? nothing
    const { body } = award
    totals.set(owner.id, { quantity: quantity + body.quantity, charge: charge + body.charge })
  }
  return totals
}

function checkLimits(
  { id, name, sells, wants, contents }: Ledger,
  trades: { readonly sold: Totals; readonly bought: Totals },
  found: Violation[],
): void {
  const { quantity: sold } = trades.sold.get(id) ?? nothing
  const toldToSell = toldPlanIn<SellPlan>(sellPlanKey, contents)
  const stock = Math.max(sells?.stock ?? 0, mostOf('quantity', toldToSell, toldToSell?.plan?.stock))
  if (sold > stock) {
    found.push({ law: 'a seller sells no more than its stock', who: name, detail: `${sold} MB of ${stock}` })
  }
  const { quantity: bought, charge: spent } = trades.bought.get(id) ?? nothing
  const toldToBuy = toldPlanIn<BuyPlan>(buyPlanKey, contents)
  const demand = Math.max(demandOf(wants), mostOf('quantity', toldToBuy, demandOf(toldToBuy?.plan)))
  if (bought > demand) {
    found.push({ law: 'a buyer buys no more than its demand', who: name, detail: `${bought} MB of ${demand}` })
  }
  const budget = Math.max(budgetOf(wants), mostOf('charge', toldToBuy, budgetOf(toldToBuy?.plan)))
  // Who wanted nothing breaks the law on demand, and only that.
  if (spent > budget && (wants !== undefined || toldToBuy !== undefined)) {
    const detail = `${spent} micros of ${budget}`
    found.push({ law: 'a buyer spends no more than its budget', who: name, detail })
  }
}

const demandOf = (plan: BuyPlan | null | undefined): number => (plan ? valuationOf(plan.valuation).demand : 0)

const budgetOf = (plan: BuyPlan | null | undefined): number => (plan ? (plan.budget ?? Number.POSITIVE_INFINITY) : 0)

/** What all trades may come to once a plan was told: those settled before, and what it says, or what then was on its way. */
const mostOf = (what: 'quantity' | 'charge', told: ToldPlan<unknown> | undefined, planned = 0): number =>
  told === undefined ? 0 : told.settled[what] + Math.max(planned, told.open[what])
