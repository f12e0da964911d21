import type { AgentEvent, Effect } from '../agent/agent.js'
import { Participant, type ParticipantOptions } from '../agent/participant.js'
import type { Random } from '../ports/random.js'
import type { Trace } from '../ports/trace.js'
import type { Millis } from '../units.js'
import { type Draw, type RunLine, type SignatureScheme, type TraceLine, traceVersion } from './trace-line.js'

/** Takes the lines of one node's trace, in order. */
export type TraceSink = (line: TraceLine) => void

/** A {@link Trace} that notes, with each step, the numbers drawn in it by whoever draws through {@link random}. */
export class Recording implements Trace<AgentEvent, Effect> {
  readonly random: Random
  readonly #sink: TraceSink
  #draws: Draw[] = []

  constructor(random: Random, sink: TraceSink) {
    this.#sink = sink
    this.random = {
      below: (bound) => {
        const drawn = random.below(bound)
        this.#draws.push({ bound, drawn })
        return drawn
      },
    }
  }

  step(now: Millis, event: AgentEvent, effects: readonly Effect[]): void {
    const draws = this.#draws
    this.#draws = []
    this.#sink({ type: 'step', now, event, draws, effects })
  }
}

export interface RecordedOptions {
  /** For people. */
  readonly name: string
  readonly signatures: SignatureScheme
  readonly sink: TraceSink
}

/**
 * A participant whose trace begins here: a run line with all that it was given, then whatever `trace` is told.
 *
 * @throws Error when its messages pass as objects: they have no bytes to record.
 */
export function recorded(
  options: ParticipantOptions,
  { name, signatures, sink }: RecordedOptions,
): { readonly participant: Participant; readonly trace: Trace<AgentEvent, Effect> } {
  const { signer, market, addresses, rules, sells, wants, restored } = options
  if (signer.open) throw new Error('only messages that pass as bytes can be recorded')
  const run: RunLine = {
    type: 'run',
    version: traceVersion,
    name,
    who: signer.id,
    signatures,
    market,
    addresses,
    rules,
    sells,
    wants,
    restored,
  }
  sink(run)
  const trace = new Recording(options.random, sink)
  return { participant: new Participant({ ...options, random: trace.random }), trace }
}
