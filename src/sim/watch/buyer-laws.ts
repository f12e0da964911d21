import type { Effect } from '../../agent/agent.js'
import type { BuyPlan } from '../../agent/rules.js'
import { valuationOf } from '../../mechanism/valuation.js'
import type { Json, StoreContents } from '../../ports/store.js'
import { sealedFromJson } from '../../protocol/json.js'
import type { Report } from './step.js'

/** What one record of a buyer's store binds it to. */
interface Bond {
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
  readonly #report: Report

  constructor({ valuation, budget }: BuyPlan, contents: StoreContents, report: Report) {
    this.#demand = valuationOf(valuation).demand
    this.#budget = budget ?? Number.POSITIVE_INFINITY
    this.#report = report
    for (const { key, value } of contents) this.#take(key, value)
  }

  step(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'save') continue
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
    return accept && { quantity: accept.quantity, money: accept.charge }
  }
  const bid = sealedFromJson(record.bid ?? null, 'bid')?.body
  return bid && { quantity: bid.quantity, money: bid.quantity * bid.price }
}
