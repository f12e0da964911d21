/** Chance and signatures as a trace recorded them, for a participant that is replayed. */
import { toString as textOf } from 'uint8arrays/to-string'
import type { Effect } from '../agent/agent.js'
import type { Random } from '../ports/random.js'
import type { PeerId, Signer } from '../ports/signer.js'
import type { Sealed } from '../protocol/message.js'
import { isProvisional, signedBytesOf } from '../protocol/signing.js'
import type { Draw } from './trace-line.js'

/** Where a participant asked chance for something else than it did when it was recorded. */
export interface DrawFault {
  /** Which of the step's draws, from 0. */
  readonly index: number
  /** undefined: nothing was recorded any more. */
  readonly recorded: Draw | undefined
  /** What was asked for; undefined: nothing any more. */
  readonly bound: number | undefined
}

/** Answers each draw of a step with what was drawn then. */
export class RecordedChance implements Random {
  #draws: readonly Draw[] = []
  #asked = 0
  #fault: DrawFault | undefined

  begin(draws: readonly Draw[]): void {
    this.#draws = draws
    this.#asked = 0
    this.#fault = undefined
  }

  below(bound: number): number {
    const index = this.#asked++
    const recorded = this.#draws[index]
    if (recorded?.bound === bound) return recorded.drawn
    this.#fault ??= { index, recorded, bound }
    return 0
  }

  /** The first draw of the step so far that was not as recorded. */
  get fault(): DrawFault | undefined {
    return this.#fault
  }

  /** What was recorded and not asked for. */
  get left(): DrawFault | undefined {
    const recorded = this.#draws[this.#asked]
    return recorded === undefined ? undefined : { index: this.#asked, recorded, bound: undefined }
  }
}

/** Signs what its owner signed in the recorded step, by the signature recorded for it: no private key is in a trace. */
export class RecordedSigner implements Signer {
  readonly id: PeerId
  readonly #signatures = new Map<string, Uint8Array>()
  #unknown = 0

  constructor(id: PeerId) {
    this.id = id
  }

  begin(effects: readonly Effect[]): void {
    this.#signatures.clear()
    this.#unknown = 0
    for (const sealed of signedIn(effects, this.id)) {
      this.#signatures.set(keyOf(signedBytesOf({ type: sealed.body.type, payload: sealed.payload })), sealed.signature)
    }
  }

  sign(bytes: Uint8Array): Uint8Array {
    const signature = this.#signatures.get(keyOf(bytes))
    if (signature !== undefined) return signature
    this.#unknown += 1
    return new Uint8Array(signatureBytes)
  }

  /** How often in the step it was asked to sign bytes that its owner did not sign then. */
  get unknown(): number {
    return this.#unknown
  }
}

/** Stands for a signature that nobody made. */
const signatureBytes = 64

const keyOf = (bytes: Uint8Array): string => textOf(bytes, 'latin1')

/** Messages that `who` signed and let out. */
const signedIn = (effects: readonly Effect[], who: PeerId): readonly Sealed[] =>
  effects.flatMap((effect) => {
    if (effect.type !== 'publish' && effect.type !== 'send') return []
    return effect.message.signer === who && !isProvisional(effect.message) ? [effect.message] : []
  })
