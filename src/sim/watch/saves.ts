import type { Effect } from '../../agent/agent.js'
import type { Json, StoreContents, StoreRecord } from '../../ports/store.js'
import { awardToJson, evidenceKeyOf, evidenceToJson, isApart } from '../../protocol/award-record.js'
import { sealedToJson } from '../../protocol/json.js'
import type { Award, DirectMessage, Offer, Sealed } from '../../protocol/message.js'
import { digestOf } from '../../protocol/signing.js'
import type { Report } from './step.js'

/**
 * The law that nothing leaves before it is saved: follows one node's store through its effects, and asks of each message
 * whether the store holds it by then, and of each that binds, whether a loss of power would leave it there.
 */
export class SavedBeforeSent {
  readonly #records: Map<string, Json>
  /** Keys written since the last synced write; that one makes all earlier ones last. */
  readonly #unsynced = new Set<string>()
  readonly #report: Report

  constructor(contents: StoreContents, report: Report) {
    this.#records = new Map(contents.map(({ key, value }) => [key, value]))
    this.#report = report
  }

  step(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === 'save') this.#save(effect.records, effect.sync)
      else if (effect.type !== 'report') this.#check(effect.message)
    }
  }

  #save(records: readonly StoreRecord[], sync: boolean): void {
    for (const { key, value } of records) {
      if (value === undefined) this.#records.delete(key)
      else this.#records.set(key, value)
      this.#unsynced.add(key)
    }
    if (sync) this.#unsynced.clear()
  }

  #check(message: Sealed<Offer | DirectMessage>): void {
    const { body } = message
    switch (body.type) {
      case 'offer':
      case 'quote':
        this.#promised('seller/sequence', body.sequence)
        if (body.type === 'quote') this.#promised('seller/round', body.round)
        break
      case 'bid': {
        this.#promised('buyer/sequence', body.sequence)
        const kept = this.#records.get(`buyer/bid/${body.offer}`) as { readonly bid?: Json } | undefined
        this.#expect(kept?.bid === sealedToJson(message), 'a bid')
        break
      }
      case 'award':
        this.#promised('seller/round', body.round)
        this.#awardKept(message as Sealed<Award>)
        break
      case 'accept':
        this.#kept(`purchase/${body.award}`, 'accept', message)
        break
      case 'receipt':
        this.#kept(`sale/${body.award}`, 'receipt', message)
        break
      case 'refused':
        if (body.code === 'award-lapsed') {
          const record = this.#lasting(`seller/award/${body.award}`) as { readonly state?: Json } | undefined
          this.#expect(record?.state === 'refused', 'the refusal of an award that lapsed')
        }
        break
      case 'decline':
      case 'closed':
        break
    }
  }

  /** The message stands in the record of its key, and will after a loss of power. */
  #kept(key: string, field: 'accept' | 'receipt', message: Sealed): void {
    const record = this.#lasting(key) as { readonly [field: string]: Json } | undefined
    this.#expect(record?.[field] === sealedToJson(message), `the ${field} of ${key}`)
  }

  /** The same of an award, whose evidence has a record of its own. */
  #awardKept(message: Sealed<Award>): void {
    const key = `seller/award/${digestOf(message)}`
    const kept = (this.#lasting(key) as { readonly award?: Json } | undefined)?.award ?? null
    const award = awardToJson(message)
    const holds = isApart(award)
      ? areEqual(kept, award) && this.#lasting(evidenceKeyOf(message.body)) === evidenceToJson(message)
      : kept === award
    this.#expect(holds, `the award of ${key}`)
  }

  #promised(key: string, number: number): void {
    const promised = this.#lasting(key)
    this.#expect(typeof promised === 'number' && number <= promised, `${number} of ${key}`)
  }

  #lasting(key: string): Json | undefined {
    return this.#unsynced.has(key) ? undefined : this.#records.get(key)
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#report('nothing leaves before it is saved', what)
  }
}

const areEqual = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b)
