import type { Effect } from '../../agent/agent.js'
import type { BuyPlan } from '../../agent/rules.js'
import { valuationOf } from '../../mechanism/valuation.js'
import type { Verifier } from '../../ports/signer.js'
import type { Json, StoreContents } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import { type Digest, type OfferId, sellerOf } from '../../protocol/message.js'
import { verifySeal } from '../../protocol/signing.js'
import type { Report } from './step.js'

export interface BuyerLawsOptions {
  readonly plan: BuyPlan
  readonly verifier: Verifier
  /** What the buyer's store held when this life began. */
  readonly contents: StoreContents
  readonly report: Report
}

/** What one record of a buyer's store binds it to. */
interface Bond {
  readonly offer: OfferId
  readonly quantity: number
  readonly money: number
}

/**
 * The laws that bind a buyer in one life: what it accepted and what its bids could still win never exceed its demand, nor,
 * at the prices that it bids, its budget; not even between two saves of one step.
 */
export class BuyerLaws {
  readonly #demand: number
  readonly #budget: number
  readonly #bonds = new Map<string, Bond>()
  readonly #verifier: Verifier
  readonly #report: Report

  constructor({ plan, verifier, contents, report }: BuyerLawsOptions) {
    const { valuation, budget } = plan
    this.#verifier = verifier
    this.#demand = valuationOf(valuation).demand
    this.#budget = budget ?? Number.POSITIVE_INFINITY
    this.#report = report
    for (const { key, value } of contents) this.#take(key, value)
  }

  step(effects: readonly Effect[]): void {
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
    let quantity = 0
    let money = 0
    for (const bond of this.#bonds.values()) {
      quantity += bond.quantity
      money += bond.money
    }
    if (quantity > this.#demand) {
      this.#report('a buyer is bound to no more than its demand', `${quantity} MB of ${this.#demand}`)
    }
    if (money > this.#budget) {
      this.#report('a buyer is bound to no more than its budget', `${money} micros of ${this.#budget}`)
    }
  }
}

function bondOf(key: string, value: Json): Bond | undefined {
  const record = value as { readonly bid?: Json; readonly accept?: Json }
  if (key.startsWith('purchase/')) {
    const accept = sealedFromJson(record.accept ?? null, 'accept')?.body
    return accept && { offer: accept.offer, quantity: accept.quantity, money: accept.charge }
  }
  const bid = sealedFromJson(record.bid ?? null, 'bid')?.body
  return bid && { offer: bid.offer, quantity: bid.quantity, money: bid.quantity * bid.price }
}
