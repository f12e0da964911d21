/**
 * The laws of the market, checked from what the nodes' stores hold by code that shares nothing with the agents but the
 * formats. Only an observer can do this; a node sees its own store alone.
 */
import type { BuyPlan, SellPlan } from '../agent/rules.js'
import { costOf, ladderFor } from '../mechanism/ladder.js'
import { valuationOf } from '../mechanism/valuation.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Json, StoreContents } from '../ports/store.js'
import { sealedFromJson } from '../protocol/json.js'
import { type Award, type Digest, type Receipt, type Sealed, sellerOf } from '../protocol/message.js'
import { digestOf, verifySeal } from '../protocol/signing.js'

/** One person's plan and store. */
export interface Ledger {
  readonly name: string
  readonly id: PeerId
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  readonly contents: StoreContents
}

export const laws = [
  'a sale has a receipt on both sides',
  'both sides hold the same receipt',
  'receipts are signed by both sides',
  'receipts say what their awards say',
  'charges are what the evidence gives',
  'no award is above its bid or below the floor',
  'a seller sells no more than its stock',
  'a buyer buys no more than its demand',
  'a buyer spends no more than its budget',
  'stores can be read',
] as const
export type Law = (typeof laws)[number]

export interface Violation {
  readonly law: Law
  readonly who: string
  readonly detail: string
}

/** One settled or accepted trade as one side's store has it. */
interface Entry {
  readonly owner: Ledger
  readonly award: Sealed<Award>
  readonly receipt: Sealed<Receipt> | undefined
}

/** Every broken law; empty when all hold. Nodes must have stopped, or be at rest. */
export function violationsIn(ledgers: readonly Ledger[], verifier: Verifier): readonly Violation[] {
  const found: Violation[] = []
  const sales = entriesOf(ledgers, 'sale/', found)
  const purchases = entriesOf(ledgers, 'purchase/', found)
  const names = new Map(ledgers.map(({ id, name }) => [id, name]))
  for (const [digest, sale] of sales) {
    checkReceipt(sale, verifier, found)
    checkAward(sale, found)
    checkCounterpart(digest, sale, purchases.get(digest), found)
  }
  for (const [digest, { owner, award, receipt }] of purchases) {
    if (sales.has(digest)) continue
    const seller = names.get(award.signer) ?? award.signer
    const detail =
      receipt === undefined ? `${seller} did not answer the accept of ${digest}` : `${seller} has none of ${digest}`
    found.push({ law: 'a sale has a receipt on both sides', who: owner.name, detail })
  }
  for (const ledger of ledgers) checkLimits(ledger, [...sales.values()], [...purchases.values()], found)
  return found
}

function entriesOf(ledgers: readonly Ledger[], prefix: string, found: Violation[]): ReadonlyMap<Digest, Entry> {
  const entries = new Map<Digest, Entry>()
  for (const owner of ledgers) {
    for (const { key, value } of owner.contents) {
      if (!key.startsWith(prefix)) continue
      const entry = entryOf(owner, value)
      if (entry === undefined) found.push({ law: 'stores can be read', who: owner.name, detail: key })
      else entries.set(key.slice(prefix.length), entry)
    }
  }
  return entries
}

function entryOf(owner: Ledger, value: Json): Entry | undefined {
  const saved = value as { readonly award: Json; readonly receipt: Json }
  const award = sealedFromJson(saved.award, 'award')
  const receipt = saved.receipt === null ? undefined : sealedFromJson(saved.receipt, 'receipt')
  if (award === undefined || (saved.receipt !== null && receipt === undefined)) return undefined
  return { owner, award, receipt }
}

function checkCounterpart(digest: Digest, sale: Entry, purchase: Entry | undefined, found: Violation[]): void {
  const who = sale.owner.name
  if (purchase?.receipt === undefined) {
    found.push({ law: 'a sale has a receipt on both sides', who, detail: `the buyer holds no receipt of ${digest}` })
  } else if (digestOf(purchase.receipt) !== digestOf(sale.receipt!)) {
    found.push({ law: 'both sides hold the same receipt', who, detail: `the receipts of ${digest} differ` })
  }
}

function checkReceipt({ owner, award, receipt }: Entry, verifier: Verifier, found: Violation[]): void {
  const { body, signer } = receipt!
  const accept = body.accept
  const signed =
    verifySeal(verifier, receipt!) &&
    verifySeal(verifier, accept) &&
    signer === sellerOf(body.offer) &&
    accept.signer === body.buyer
  if (!signed) found.push({ law: 'receipts are signed by both sides', who: owner.name, detail: body.award })
  const same =
    body.award === digestOf(award) &&
    accept.body.award === body.award &&
    body.quantity === award.body.quantity &&
    body.charge === award.body.charge &&
    body.buyer === award.body.buyer &&
    body.offer === award.body.offer
  if (!same) found.push({ law: 'receipts say what their awards say', who: owner.name, detail: body.award })
}

/** Recomputes the charge by integrating the winner's ladder, where sellers use prefix sums. */
function checkAward({ owner, award }: Entry, found: Violation[]): void {
  const { buyer, quantity, charge, stock, reserve, evidence } = award.body
  const bids = evidence.map(({ body }) => body)
  const bid = bids.find((candidate) => candidate.buyer === buyer)
  const floor = owner.sells?.floor ?? reserve
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

function checkLimits(
  { id, name, sells, wants }: Ledger,
  sales: readonly Entry[],
  purchases: readonly Entry[],
  found: Violation[],
): void {
  const sold = sum(sales.filter(({ owner }) => owner.id === id).map(({ award }) => award.body.quantity))
  if (sold > (sells?.stock ?? 0)) {
    found.push({
      law: 'a seller sells no more than its stock',
      who: name,
      detail: `${sold} MB of ${sells?.stock ?? 0}`,
    })
  }
  const mine = purchases.filter(({ owner }) => owner.id === id)
  const bought = sum(mine.map(({ award }) => award.body.quantity))
  const demand = wants === undefined ? 0 : valuationOf(wants.valuation).demand
  if (bought > demand) {
    found.push({ law: 'a buyer buys no more than its demand', who: name, detail: `${bought} MB of ${demand}` })
  }
  const spent = sum(mine.map(({ award }) => award.body.charge))
  if (wants?.budget !== undefined && spent > wants.budget) {
    const detail = `${spent} micros of ${wants.budget}`
    found.push({ law: 'a buyer spends no more than its budget', who: name, detail })
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
