import type { StoreContents } from '../ports/store.js'
import type { Award, Digest, Sealed } from '../protocol/message.js'
import { proofToJson } from '../protocol/proof.js'
import { digestOf } from '../protocol/signing.js'
import type { Effect } from './agent.js'
import { report } from './effects.js'

/** Awards remembered, to be compared with later ones, and proofs kept: one a seller's round, the first that were seen. */
const awardsMax = 64
const proofsMax = 64
export const proofPrefix = 'proof/'

/**
 * Remembers what sellers awarded to this node lately. Two different awards for one round are kept as a proof, in the store, for
 * whoever is to judge. Only this buyer can see both: an award goes to its winner alone.
 */
export class Witness {
  readonly #awards = new Map<string, Sealed<Award>>()
  readonly #proven: Set<string>

  constructor(restored: StoreContents) {
    this.#proven = new Set(restored.map(({ key }) => key).filter((key) => key.startsWith(proofPrefix)))
  }

  /** Takes note of an award whose signature is valid. */
  saw(award: Sealed<Award>, digest: Digest, out: Effect[]): void {
    const { offer, round } = award.body
    const key = `${proofPrefix}${offer}/${round}`
    const earlier = this.#awards.get(key)
    if (earlier === undefined) this.#remember(key, award)
    else if (digestOf(earlier) !== digest) this.#prove(key, [earlier, award], out)
  }

  #remember(key: string, award: Sealed<Award>): void {
    if (this.#awards.size >= awardsMax) this.#awards.delete(this.#awards.keys().next().value!)
    this.#awards.set(key, award)
  }

  #prove(key: string, awards: readonly [Sealed<Award>, Sealed<Award>], out: Effect[]): void {
    if (this.#proven.has(key) || this.#proven.size >= proofsMax) return
    this.#proven.add(key)
    out.push({ type: 'save', records: [{ key, value: proofToJson({ type: 'equivocation', awards }) }], sync: true })
    const { offer, round } = awards[0].body
    out.push(report({ type: 'equivocated', offer, round }))
  }
}
