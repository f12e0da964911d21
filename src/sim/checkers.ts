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
import { sealedFromJson } from '../protocol/json.js'
import { type Award, type Digest, type Receipt, type Sealed, sellerOf } from '../protocol/message.js'
import { digestOf, verifySeal } from '../protocol/signing.js'
import type { Violation } from './laws.js'

/** One person's plans, as they were configured, and store, which keeps those told at run time. */
export interface Ledger {
  readonly name: string
  readonly id: PeerId
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  readonly contents: StoreContents
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

/** Every broken law; empty when all hold. Nodes must have stopped, or be at rest. */
export function violationsIn(ledgers: readonly Ledger[], verifier: Verifier): readonly Violation[] {
  const found: Violation[] = []
  const sales = entriesOf(ledgers, 'sale/', found)
  const purchases = entriesOf(ledgers, 'purchase/', found)
  for (const entry of [...sales, ...purchases]) if (isSettled(entry)) checkReceipt(entry, verifier, found)
  for (const sale of sales) checkAward(sale, found)
  checkCounterparts(ledgers, { sales, purchases }, found)
  checkRounds([...sales, ...purchases], found)
  const [sold, bought] = [sales, purchases].map(totalsOf) as [Totals, Totals]
  for (const ledger of ledgers) checkLimits(ledger, { sold, bought }, found)
  return found
}

function entriesOf(ledgers: readonly Ledger[], prefix: string, found: Violation[]): readonly Entry[] {
  return ledgers.flatMap((owner) =>
    owner.contents
      .filter(({ key }) => key.startsWith(prefix))
      .flatMap(({ key, value }) => {
        const entry = entryOf(owner, key.slice(prefix.length), value)
        if (entry === undefined) found.push({ law: 'stores can be read', who: owner.name, detail: key })
        return entry === undefined ? [] : [entry]
      }),
  )
}

function entryOf(owner: Ledger, digest: Digest, value: Json): Entry | undefined {
  const saved = value as { readonly award?: Json; readonly receipt?: Json } | null
  const award = sealedFromJson(saved?.award ?? null, 'award')
  const receipt = sealedFromJson(saved?.receipt ?? null, 'receipt')
  if (award === undefined || digestOf(award) !== digest) return undefined
  if (receipt === undefined && (saved?.receipt ?? null) !== null) return undefined
  return { owner, digest, award, receipt }
}

const isSettled = (entry: Entry): entry is Settled => entry.receipt !== undefined

interface Trades {
  readonly sales: readonly Entry[]
  readonly purchases: readonly Entry[]
}

/** Every sale has its purchase with the same receipt, and every purchase its sale. */
function checkCounterparts(ledgers: readonly Ledger[], { sales, purchases }: Trades, found: Violation[]): void {
  const names = new Map(ledgers.map(({ id, name }) => [id, name]))
  const lone = ({ owner }: Entry, detail: string) =>
    found.push({ law: 'a sale has a receipt on both sides', who: owner.name, detail })
  const bought = new Map(purchases.map((purchase) => [purchase.digest, purchase]))
  for (const sale of sales) {
    const purchase = bought.get(sale.digest)
    if (sale.receipt === undefined) lone(sale, `a sale without a receipt: ${sale.digest}`)
    else if (purchase?.receipt === undefined) lone(sale, `the buyer holds no receipt of ${sale.digest}`)
    else if (digestOf(purchase.receipt) !== digestOf(sale.receipt)) {
      const detail = `the receipts of ${sale.digest} differ`
      found.push({ law: 'both sides hold the same receipt', who: sale.owner.name, detail })
    }
  }
  const sold = new Set(sales.map(({ digest }) => digest))
  for (const purchase of purchases) {
    if (sold.has(purchase.digest)) continue
    const seller = names.get(purchase.award.signer) ?? purchase.award.signer
    const said = purchase.receipt === undefined ? 'did not answer the accept' : 'has no receipt'
    lone(purchase, `${seller} ${said} of ${purchase.digest}`)
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
function checkRounds(entries: readonly Entry[], found: Violation[]): void {
  const first = new Map<string, Digest>()
  for (const { owner, digest, award } of entries) {
    const { offer, round, buyer } = award.body
    const key = `${offer} ${round} ${buyer}`
    const other = first.get(key)
    first.set(key, other ?? digest)
    if (other === undefined || other === digest) continue
    const detail = `${other} and ${digest} are both of round ${round}`
    found.push({ law: 'no seller awards twice in one round to one buyer', who: owner.name, detail })
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
