/** What a node's records say, each read and verified on its own: for whoever looks into a store whose node does not run. */
import { buyPlanKey, sellPlanKey, type ToldPlan, type Traded } from '../agent/counted-plan.js'
import { type Outrun, outrunKey } from '../agent/own-past.js'
import type { BuyPlan, SellPlan } from '../agent/rules.js'
import { proofPrefix } from '../agent/witness.js'
import { policyNames } from '../mechanism/reserve.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Json, StoreContents } from '../ports/store.js'
import { awardFromJson, type EvidenceAt, evidenceIn, evidencePrefix } from '../protocol/award-record.js'
import { offerNumberOf } from '../protocol/identity.js'
import { sealedFromJson } from '../protocol/json.js'
import { type Award, type Digest, type Message, type OfferId, type Sealed, sellerOf } from '../protocol/message.js'
import { proofFromJson } from '../protocol/proof.js'
import { digestOf, verifySeal } from '../protocol/signing.js'
import type { Megabytes, Micros } from '../units.js'
import { count, JsonFault, type Reader as JsonReader, nullOr, objectOf, oneOf } from './json-reader.js'
import { buyPlan, sellPlan } from './trace-fields.js'

/** A record that is not what it should be. */
export interface BadRecord {
  readonly key: string
  readonly problem: string
  /** Whether somebody may hold this node to it: then its loss is a loss. */
  readonly binds: boolean
}

/** A trade of which one half is still to come. */
export interface Unsettled {
  readonly type: 'award waits for an accept' | 'accept waits for its receipt'
  readonly peer: PeerId
  readonly offer: OfferId
  readonly award: Digest
  readonly quantity: Megabytes
  readonly charge: Micros
}

export interface Total {
  readonly count: number
  readonly quantity: number
  readonly charge: number
}

export interface Audit {
  /** Whose records these are, as far as any is signed by its owner. */
  readonly owners: readonly PeerId[]
  readonly bad: readonly BadRecord[]
  readonly unsettled: readonly Unsettled[]
  /** By receipts, and for what is bought also by accepts that wait. */
  readonly sold: Total
  readonly bought: Total
  /** The last offer that was opened. */
  readonly offer:
    | { readonly number: number; readonly open: boolean; readonly stock: number; readonly closesAt: number }
    | undefined
  /** An own offer that came back and that this store does not know of. */
  readonly outrun: Outrun | undefined
  /** Own bids that stand at others, and others' bids here. */
  readonly bids: { readonly own: number; readonly received: number }
  /** Of no kind that this version knows. */
  readonly unknown: readonly string[]
}

interface Findings {
  readonly evidenceAt: EvidenceAt
  readonly owners: Set<PeerId>
  readonly unsettled: Unsettled[]
  readonly sales: Sealed<Award>[]
  readonly purchases: Sealed<Award>[]
  offer: Audit['offer']
  outrun: Outrun | undefined
  own: number
  received: number
}

/** Thrown by what follows and caught in {@link auditOf} alone. */
class Bad extends Error {}

const traded = objectOf<Traded>({ quantity: count, charge: count })

type Reader = (rest: string, value: Json, found: Findings, verifier: Verifier) => void

/** What its person told it at run time; no plan: to trade no more. */
const toldPlanOf = (plan: JsonReader<SellPlan | BuyPlan>): Reader => {
  const read = objectOf<ToldPlan<SellPlan | BuyPlan>>({ plan: nullOr(plan), settled: traded, open: traded })
  return (_, value) => void read(value, '')
}

/** By the beginning of their keys. `binds`: see {@link BadRecord}. */
const kinds: readonly { readonly prefix: string; readonly binds: boolean; readonly read: Reader }[] = [
  { prefix: 'sale/', binds: true, read: readSale },
  { prefix: 'purchase/', binds: true, read: readPurchase },
  { prefix: 'refusal/', binds: false, read: readRefusal },
  { prefix: 'seller/award/', binds: true, read: readAward },
  { prefix: evidencePrefix, binds: true, read: readEvidence },
  // Its buyer sends a bid again until it is answered, and an award may come for any bid that was ever sent.
  { prefix: 'seller/bid/', binds: false, read: readReceivedBid },
  { prefix: 'buyer/bid/', binds: false, read: readOwnBid },
  { prefix: 'seller/offer', binds: true, read: readOffer },
  { prefix: 'seller/sequence', binds: true, read: readNumber },
  { prefix: 'buyer/sequence', binds: true, read: readNumber },
  { prefix: 'seller/round', binds: true, read: readNumber },
  { prefix: sellPlanKey, binds: true, read: toldPlanOf(sellPlan) },
  { prefix: buyPlanKey, binds: true, read: toldPlanOf(buyPlan) },
  { prefix: proofPrefix, binds: false, read: readProof },
  { prefix: outrunKey, binds: true, read: readOutrun },
]

/** Reads all `contents`; `unreadable` are keys whose values are not even JSON. */
export function auditOf(contents: StoreContents, verifier: Verifier, unreadable: readonly string[] = []): Audit {
  const found: Findings = {
    evidenceAt: evidenceIn(contents),
    owners: new Set(),
    unsettled: [],
    sales: [],
    purchases: [],
    offer: undefined,
    outrun: undefined,
    own: 0,
    received: 0,
  }
  const bad: BadRecord[] = unreadable.map((key) => ({ key, problem: 'is not JSON', binds: kindOf(key)?.binds ?? true }))
  const unknown: string[] = []
  for (const { key, value } of contents) {
    const kind = kindOf(key)
    if (kind === undefined) unknown.push(key)
    else {
      const problem = problemIn(() => kind.read(key.slice(kind.prefix.length), value, found, verifier))
      if (problem !== undefined) bad.push({ key, problem, binds: kind.binds })
    }
  }
  const { owners, unsettled, sales, purchases, offer, outrun, own, received } = found
  const bids = { own, received }
  return {
    owners: [...owners],
    bad,
    unsettled,
    sold: totalOf(sales),
    bought: totalOf(purchases),
    offer,
    outrun,
    bids,
    unknown,
  }
}

const kindOf = (key: string) => kinds.find(({ prefix }) => key.startsWith(prefix))

function problemIn(read: () => void): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof Bad || error instanceof JsonFault) return error.message
    throw error
  }
}

function readSale(digest: string, value: Json, found: Findings, verifier: Verifier): void {
  const award = ownAwardIn(value, found, verifier)
  const receipt = messageIn(fieldIn(value, 'receipt'), 'receipt', verifier)
  isOf(digest, award)
  saysWhat(award, receipt)
  if (!verifySeal(verifier, receipt.body.accept)) throw new Bad('its accept is not signed by its buyer')
  found.owners.add(receipt.signer)
  found.sales.push(award)
}

function readPurchase(digest: string, value: Json, found: Findings, verifier: Verifier): void {
  const award = messageIn(fieldIn(value, 'award'), 'award', verifier)
  const accept = messageIn(fieldIn(value, 'accept'), 'accept', verifier)
  isOf(digest, award)
  saysWhat(award, accept)
  textsIn(fieldIn(value, 'addresses'))
  const saved = fieldIn(value, 'receipt')
  if (saved !== null) saysWhat(award, messageIn(saved, 'receipt', verifier))
  found.owners.add(accept.signer)
  // Its person gave it up; it counts again should its receipt come.
  if (saved === null && (value as { readonly forgotten?: Json }).forgotten === true) return
  found.purchases.push(award)
  if (saved === null) found.unsettled.push(unsettledOf('accept waits for its receipt', award.signer, award))
}

function readRefusal(digest: string, value: Json, _: Findings, verifier: Verifier): void {
  const { body } = messageIn(value, 'refused', verifier)
  if (body.award !== digest) throw new Bad('is of another award')
}

function readAward(digest: string, value: Json, found: Findings, verifier: Verifier): void {
  const award = ownAwardIn(value, found, verifier)
  isOf(digest, award)
  const state = fieldIn(value, 'state')
  if (state !== 'pending' && state !== 'lapsed' && state !== 'refused') throw new Bad('is in no state that there is')
  found.owners.add(award.signer)
  if (state === 'pending') found.unsettled.push(unsettledOf('award waits for an accept', award.body.buyer, award))
}

/** What the bids in it say shows where an award refers to it. */
function readEvidence(_: string, value: Json): void {
  if (typeof value !== 'string') throw new Bad('holds no bids')
}

function readReceivedBid(buyer: string, value: Json, found: Findings): void {
  if (typeof value === 'number') {
    countIn(value)
    return
  }
  // Whether its buyer signed it is looked at before it counts, not before it is saved.
  const bid = sealedFromJson(value, 'bid')
  if (bid === undefined) throw new Bad('holds no readable bid')
  if (bid.body.buyer !== buyer) throw new Bad('is of another buyer')
  if (bid.body.quantity > 0) found.received += 1
}

function readOwnBid(offer: string, value: Json, found: Findings, verifier: Verifier): void {
  const bid = messageIn(fieldIn(value, 'bid'), 'bid', verifier)
  if (bid.body.offer !== offer) throw new Bad('is at another offer')
  countIn(fieldIn(value, 'floor'))
  textsIn(fieldIn(value, 'addresses'))
  found.owners.add(bid.signer)
  if (bid.body.quantity > 0) found.own += 1
}

function readOffer(_: string, value: Json, found: Findings): void {
  const [number, stock, closesAt] = ['number', 'stock', 'closesAt'].map((name) => countIn(fieldIn(value, name)))
  for (const name of ['reserve', 'floor']) countIn(fieldIn(value, name))
  const status = fieldIn(value, 'status')
  if (status !== 'open' && status !== 'closed') throw new Bad('is neither open nor closed')
  oneOf(policyNames)(fieldIn(value, 'policy'), 'policy')
  found.offer = { number: number!, open: status === 'open', stock: stock!, closesAt: closesAt! }
}

function readProof(_: string, value: Json): void {
  if (proofFromJson(value) === undefined) throw new Bad('holds no readable proof')
}

function readOutrun(_: string, value: Json, found: Findings): void {
  const offer = fieldIn(value, 'offer')
  if (typeof offer !== 'string' || offerNumberOf(offer) === undefined) throw new Bad('names no offer')
  found.outrun = { offer, sequence: countIn(fieldIn(value, 'sequence')) }
}

function readNumber(_: string, value: Json): void {
  countIn(value)
}

function messageIn<Type extends Message['type']>(json: Json, type: Type, verifier: Verifier) {
  const sealed = sealedFromJson(json, type)
  if (sealed === undefined) throw new Bad(`holds no readable ${type}`)
  if (!verifySeal(verifier, sealed)) throw new Bad(`its ${type} is not signed by its signer`)
  return sealed
}

/** An award of this node's own, put together with its evidence. */
function ownAwardIn(value: Json, { evidenceAt }: Findings, verifier: Verifier): Sealed<Award> {
  const award = awardFromJson(fieldIn(value, 'award'), evidenceAt)
  if (award === undefined) throw new Bad('holds no readable award')
  if (!verifySeal(verifier, award)) throw new Bad('its award is not signed by its signer')
  return award
}

function fieldIn(value: Json, name: string): Json {
  const field =
    typeof value === 'object' && value !== null ? (value as { readonly [key: string]: Json })[name] : undefined
  if (field === undefined) throw new Bad(`has no "${name}"`)
  return field
}

function countIn(value: Json): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new Bad('holds a number that is none')
  return Number(value)
}

function textsIn(value: Json): void {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw new Bad('holds no addresses')
}

function isOf(digest: string, award: Sealed<Award>): void {
  if (digestOf(award) !== digest) throw new Bad('is of another award')
  if (award.signer !== sellerOf(award.body.offer)) throw new Bad('its award is not from the seller of the offer')
}

type Terms = Pick<Award, 'offer' | 'round' | 'buyer' | 'quantity' | 'charge' | 'fee'>

function saysWhat({ body: award }: Sealed<Award>, { body: answer }: { readonly body: Terms }): void {
  const fields = ['offer', 'round', 'buyer', 'quantity', 'charge', 'fee'] as const
  for (const field of fields) if (award[field] !== answer[field]) throw new Bad(`its ${field} is not the award's`)
}

const unsettledOf = (type: Unsettled['type'], peer: PeerId, award: Sealed<Award>): Unsettled => {
  const { offer, quantity, charge } = award.body
  return { type, peer, offer, award: digestOf(award), quantity, charge }
}

const totalOf = (awards: readonly Sealed<Award>[]): Total => ({
  count: awards.length,
  quantity: awards.reduce((sum, { body }) => sum + body.quantity, 0),
  charge: awards.reduce((sum, { body }) => sum + body.charge, 0),
})
