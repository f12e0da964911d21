/** What the nodes of a simulated market wrote of themselves, and its replay. */

import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { type ReplayOutcome, replay } from '../../src/runtime/replay.js'
import { type TraceLine, textOfLine } from '../../src/runtime/trace-line.js'
import { simulatedVerifier } from '../../src/sim/signer.js'

export const replayed = (lines: Iterable<string>): ReplayOutcome =>
  replay(lines, { verifiers: { simulated: simulatedVerifier, ed25519: ed25519Verifier } })

/** The text of every node's trace, line by line. */
export class Traces {
  readonly byName = new Map<string, string[]>()

  readonly take = (name: string, line: TraceLine): void => {
    const lines = this.byName.get(name) ?? []
    this.byName.set(name, lines)
    lines.push(textOfLine(line))
  }

  of(name: string): readonly string[] {
    return this.byName.get(name) ?? []
  }
}
