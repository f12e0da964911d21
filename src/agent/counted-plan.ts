import type { Json, StoreContents } from '../ports/store.js'
import type { Effect } from './agent.js'

/** MB, and micro-currency. */
export interface Traded {
  readonly quantity: number
  readonly charge: number
}

/** How the trades of one side stood when its person told it something. */
export interface TradesThen {
  /** By receipts. */
  readonly settled: Traded
  /** In awards, or accepts, that still waited for their answer. Binding, so a plan for less cannot undo it. */
  readonly open: Traded
}

/** What the store keeps of the last word of a person at run time; no plan: to trade no more. */
export interface ToldPlan<Plan> extends TradesThen {
  readonly plan: Plan | null
}

export const sellPlanKey = 'seller/plan'
export const buyPlanKey = 'buyer/plan'

/** What a store says its person wanted last. */
export function toldPlanIn<Plan>(key: string, contents: StoreContents): ToldPlan<Plan> | undefined {
  return contents.find((record) => record.key === key)?.value as unknown as ToldPlan<Plan> | undefined
}

const nothing: Traded = { quantity: 0, charge: 0 }

/**
 * The plan of one side of a node. A plan of its configuration counts everything that the node ever traded; one told at run
 * time counts receipts from then on, those of awards and accepts on their way included: it says how much more.
 */
export class CountedPlan<Plan extends object> {
  readonly #key: string
  #plan: Plan | undefined
  #before: Traded
  /** Whether a plan that was told earlier is in the store and must not come back. */
  #supersedes: boolean

  /** `configured` wins over what was told and saved. */
  constructor(
    key: string,
    { configured, restored }: { readonly configured: Plan | undefined; readonly restored: StoreContents },
  ) {
    const told = toldPlanIn<Plan>(key, restored)
    this.#key = key
    this.#plan = configured ?? told?.plan ?? undefined
    this.#before = configured === undefined ? (told?.settled ?? nothing) : nothing
    this.#supersedes = configured !== undefined && (told?.plan ?? null) !== null
  }

  /** undefined: nothing more is wanted. */
  get plan(): Plan | undefined {
    return this.#plan
  }

  /** What was traded before the plan, and does not count. */
  get before(): Traded {
    return this.#before
  }

  /** From now on `plan` counts, or nothing is wanted any more; for this and all later lives of the node. */
  tell(plan: Plan | undefined, then: TradesThen, out: Effect[]): void {
    this.#plan = plan
    this.#before = then.settled
    this.#save(plan, then, out)
  }

  /** The node starts: a plan told before is given up for the configured one. */
  start(then: TradesThen, out: Effect[]): void {
    if (this.#supersedes) this.#save(undefined, then, out)
  }

  #save(plan: Plan | undefined, { settled, open }: TradesThen, out: Effect[]): void {
    this.#supersedes = false
    const value = { plan: plan ?? null, settled, open } as unknown as Json
    out.push({ type: 'save', records: [{ key: this.#key, value }], sync: true })
  }
}
