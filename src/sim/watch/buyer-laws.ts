import type { AgentEvent, Effect } from '../../agent/agent.js'
import { buyPlanKey, type Traded, toldPlanIn } from '../../agent/counted-plan.js'
import type { BuyPlan } from '../../agent/rules.js'
import { valuationOf } from '../../mechanism/valuation.js'
import type { Verifier } from '../../ports/signer.js'
import type { Json, StoreContents } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import { type Digest, type OfferId, sellerOf } from '../../protocol/message.js'
import { verifySeal } from '../../protocol/signing.js'
import { Limit } from './limit.js'
import type { Report } from './step.js'

export interface BuyerLawsOptions {
  /** Of its configuration. */
  readonly plan?: BuyPlan | undefined
  readonly verifier: Verifier
  /** What the buyer's store held when this life began. */
  readonly contents: StoreContents
  readonly report: Report
}

/** What one record of a buyer's store binds it to. */
interface Bond {
  readonly offer: OfferId
  readonly quantity: number
  readonly charge: number
  /** How sure it is: a receipt is there, an accept is on its way, or a bid may yet win. */
  readonly state: 'settled' | 'accepted' | 'standing'
}

/**
 * The laws that bind a buyer in one life: what it accepted and what its bids could still win never exceed its demand, nor,
 * at the prices that it bids, its budget; not even between two saves of one step.
 */
export class BuyerLaws {
  #demand: Limit
  #budget: Limit
  readonly #bonds = new Map<string, Bond>()
  readonly #verifier: Verifier
  readonly #report: Report

  constructor({ plan, verifier, contents, report }: BuyerLawsOptions) {
    this.#verifier = verifier
    this.#report = report
    for (const { key, value } of contents) this.#take(key, value)
    const told = toldPlanIn<BuyPlan>(buyPlanKey, contents)
    const before = plan === undefined ? (told?.settled ?? nothing) : nothing
    const bound = told === undefined ? nothing : plan ? this.#bound() : plus(before, told.open)
    ;[this.#demand, this.#budget] = limitsOf(plan ?? told?.plan ?? undefined, before, bound)
  }

  step(event: AgentEvent, effects: readonly Effect[]): void {
    this.#heed(event)
    for (const effect of effects) {
      if (effect.type !== 'save') continue
      for (const { key, value } of effect.records) {
        if (key.startsWith('purchase/') && value === undefined)
          this.#checkGivenUp(key.slice('purchase/'.length), effect)
      }
      const changed = effect.records.filter(({ key, value }) => this.#take(key, value))
      if (changed.length > 0) this.#check()
    }
  }

  /** A plan that is told counts what is bought from then on. */
  #heed(event: AgentEvent): void {
    if (event.type !== 'command') return
    const { command } = event
    if (command.type !== 'buy' && !(command.type === 'stop-buying' && command.forget)) return
    const plan = command.type === 'buy' ? command.plan : undefined
    ;[this.#demand, this.#budget] = limitsOf(plan, this.#sum('settled'), this.#bound())
  }

  /** What receipts and accepts bind it to. */
  #bound(): Traded {
    return plus(this.#sum('settled'), this.#sum('accepted'))
  }

  #sum(state: Bond['state']): Traded {
    let sum = nothing
    for (const bond of this.#bonds.values()) if (bond.state === state) sum = plus(sum, bond)
    return sum
  }

  /** Whether the record is one that binds. */
  #take(key: string, value: Json | undefined): boolean {
    if (!key.startsWith('buyer/bid/') && !key.startsWith('purchase/')) return false
    const bond = value === undefined ? undefined : bondOf(key, value)
    if (bond === undefined) this.#bonds.delete(key)
    else this.#bonds.set(key, bond)
    return true
  }

  #checkGivenUp(award: Digest, { records, sync }: Extract<Effect, { readonly type: 'save' }>): void {
    const kept = records.find(({ key }) => key === `refusal/${award}`)?.value
    const refusal = sealedFromJson(kept ?? null, 'refused')
    const code = refusal?.body.code
    const offer = this.#bonds.get(`purchase/${award}`)?.offer
    const holds =
      sync &&
      refusal?.body.award === award &&
      (code === 'award-lapsed' || code === 'unknown-award') &&
      refusal.body.offer === offer &&
      refusal.signer === sellerOf(refusal.body.offer) &&
      verifySeal(this.#verifier, refusal)
    if (!holds) this.#report('an accept is given up only for a refusal', award)
  }

  #check(): void {
    const { quantity, charge } = plus(this.#bound(), this.#sum('standing'))
    const excess = this.#demand.excess(quantity)
    if (excess > 0) this.#report('a buyer is bound to no more than its demand', `${excess} of ${quantity} MB beyond it`)
    const overspent = this.#budget.excess(charge)
    if (overspent > 0) {
      this.#report('a buyer is bound to no more than its budget', `${overspent} of ${charge} micros beyond it`)
    }
  }
}

function bondOf(key: string, value: Json): Bond | undefined {
  const record = value as { readonly bid?: Json; readonly accept?: Json; readonly receipt?: Json }
  if (key.startsWith('purchase/')) {
    const accept = sealedFromJson(record.accept ?? null, 'accept')?.body
    const state = (record.receipt ?? null) === null ? 'accepted' : 'settled'
    return accept && { offer: accept.offer, quantity: accept.quantity, charge: accept.charge, state }
  }
  const bid = sealedFromJson(record.bid ?? null, 'bid')?.body
  return bid && { offer: bid.offer, quantity: bid.quantity, charge: bid.quantity * bid.price, state: 'standing' }
}

const nothing: Traded = { quantity: 0, charge: 0 }
const plus = (a: Traded, b: Traded): Traded => ({ quantity: a.quantity + b.quantity, charge: a.charge + b.charge })

/** Of demand and budget. */
function limitsOf(plan: BuyPlan | undefined, before: Traded, bound: Traded): readonly [Limit, Limit] {
  const demand = plan === undefined ? 0 : valuationOf(plan.valuation).demand
  const budget = plan === undefined ? 0 : (plan.budget ?? Number.POSITIVE_INFINITY)
  return [new Limit(before.quantity + demand, bound.quantity), new Limit(before.charge + budget, bound.charge)]
}
