/**
 * The literal test that no node needs global state: its own recorded events, fed to a fresh participant with nothing else
 * of the network present, must bring about the same effects, byte for byte.
 */
import type { AgentEvent, Effect } from '../agent/agent.js'
import { Participant } from '../agent/participant.js'
import type { PeerId, Verifier } from '../ports/signer.js'
import type { Sealed } from '../protocol/message.js'
import { isProvisional, verifySeal } from '../protocol/signing.js'
import type { Millis } from '../units.js'
import { firstDifference } from './difference.js'
import { type DrawFault, RecordedChance, RecordedSigner } from './recorded-ports.js'
import { type RunLine, readLine, type SignatureScheme, type StepLine, type TraceLine } from './trace-line.js'

export interface ReplayOptions {
  /** What believes the signatures of each scheme. */
  readonly verifiers: Readonly<Record<SignatureScheme, Verifier>>
}

/** What was replayed so far and found identical. */
export interface ReplayCounts {
  readonly runs: number
  readonly steps: number
  readonly effects: number
}

/** Why a replay ended before its trace did. */
export type Finding =
  | { readonly type: 'different'; readonly difference: Difference }
  /** The trace is none, from this line on. */
  | { readonly type: 'unreadable'; readonly line: number; readonly reason: string }

export type ReplayOutcome = { readonly type: 'identical'; readonly counts: ReplayCounts } | Finding

/** The first place in a trace where its node, replayed, did otherwise. */
export interface Difference {
  /** In the trace, from 1. */
  readonly line: number
  readonly name: string
  readonly who: PeerId
  /** Of its trace, from 1. */
  readonly run: number
  /** Of its run, from 1. */
  readonly step: number
  readonly now: Millis
  readonly event: AgentEvent
  readonly found: Deviation
}

export type Deviation =
  /** Another effect, one too many (`expected` is undefined), or one too few (`actual` is). */
  | {
      readonly type: 'effect'
      /** Which of the step's effects, from 0. */
      readonly index: number
      /** Of the first field that differs, such as `message.body.price`; empty when one of the effects is missing. */
      readonly path: string
      readonly expected: Effect | undefined
      readonly actual: Effect | undefined
    }
  /** Chance was asked for something else. */
  | ({ readonly type: 'draw' } & DrawFault)
  /** The replayed node signed something that was neither published nor sent in the recorded step. */
  | { readonly type: 'unrecorded-signature' }
  /** The trace has a message, at `path`, with a signature that its signer never made. */
  | { readonly type: 'bad-signature'; readonly path: string; readonly message: Sealed }
  /** No event of an honest driver makes a participant throw. */
  | { readonly type: 'thrown'; readonly message: string }

/** Replays one trace line by line; it may hold several runs of its node, each of which begins afresh. */
export class Replay {
  readonly #options: ReplayOptions
  #run: Run | undefined
  #line = 0
  #counts: ReplayCounts = { runs: 0, steps: 0, effects: 0 }

  constructor(options: ReplayOptions) {
    this.#options = options
  }

  get counts(): ReplayCounts {
    return this.#counts
  }

  /** Of the node whose trace it is, once a run was read. */
  get name(): string | undefined {
    return this.#run?.line.name
  }

  /** Takes the next line. Returns what is wrong, if anything; feed no more after that. Never throws. */
  feed(text: string): Finding | undefined {
    this.#line += 1
    const read = readLine(text)
    return read.ok ? this.#take(read.line) : this.#unreadable(read.reason)
  }

  /** Call it after the last line. */
  end(): Finding | undefined {
    return this.#line === 0 ? { type: 'unreadable', line: 1, reason: 'the trace is empty' } : undefined
  }

  #take(line: TraceLine): Finding | undefined {
    const { runs, steps, effects } = this.#counts
    if (line.type === 'run') {
      if (this.#run !== undefined && this.#run.line.who !== line.who) {
        return this.#unreadable(`the run is of ${line.who}, in the trace of ${this.#run.line.who}`)
      }
      this.#run = new Run(line, this.#options.verifiers[line.signatures])
      this.#counts = { runs: runs + 1, steps, effects }
      return undefined
    }
    const run = this.#run
    if (run === undefined) return this.#unreadable('a step comes before any run')
    if (line.now < run.now) return this.#unreadable(`time goes back from ${run.now} to ${line.now}`)
    const found = run.step(line)
    if (found === undefined) {
      this.#counts = { runs, steps: steps + 1, effects: effects + line.effects.length }
      return undefined
    }
    const { name, who } = run.line
    const place = { line: this.#line, name, who, run: runs, step: run.steps }
    return { type: 'different', difference: { ...place, now: line.now, event: line.event, found } }
  }

  #unreadable(reason: string): Finding {
    return { type: 'unreadable', line: this.#line, reason }
  }
}

/** Replays a whole trace that is at hand as lines. */
export function replay(lines: Iterable<string>, options: ReplayOptions): ReplayOutcome {
  const replay = new Replay(options)
  for (const line of lines) {
    const finding = replay.feed(line)
    if (finding !== undefined) return finding
  }
  return replay.end() ?? { type: 'identical', counts: replay.counts }
}

/** One run: a participant that is alone with its events. */
class Run {
  readonly line: RunLine
  readonly #verifier: Verifier
  readonly #chance = new RecordedChance()
  readonly #signer: RecordedSigner
  #participant: Participant | undefined
  /** Of the last step. */
  now = 0 as Millis
  /** Replayed so far, the last one included. */
  steps = 0

  constructor(line: RunLine, verifier: Verifier) {
    this.line = line
    this.#verifier = verifier
    this.#signer = new RecordedSigner(line.who)
  }

  step(line: StepLine): Deviation | undefined {
    this.now = line.now
    this.steps += 1
    this.#chance.begin(line.draws)
    this.#signer.begin(line.effects)
    let effects: readonly Effect[]
    try {
      // Here, so that whatever it draws as it is made counts to its first step.
      this.#participant ??= this.#begin()
      effects = this.#participant.step(line.now, line.event)
    } catch (error) {
      return drawDeviation(this.#chance.fault) ?? { type: 'thrown', message: String(error) }
    }
    return (
      drawDeviation(this.#chance.fault) ??
      effectDeviation(line.effects, effects) ??
      drawDeviation(this.#chance.left) ??
      (this.#signer.unknown > 0 ? { type: 'unrecorded-signature' } : undefined) ??
      this.#badSignature(line)
    )
  }

  #begin(): Participant {
    const { market, rules, addresses, sells, wants, restored } = this.line
    const [signer, random, verifier] = [this.#signer, this.#chance, this.#verifier]
    return new Participant({ signer, verifier, market, rules, random, addresses, sells, wants, restored })
  }

  /** The recorded signatures are taken at their word above, so each is held against its signer here. */
  #badSignature({ event, effects }: StepLine): Deviation | undefined {
    if (isAdmitted(event) && !verifySeal(this.#verifier, event.message)) {
      return { type: 'bad-signature', path: 'event.message', message: event.message }
    }
    for (const [index, effect] of effects.entries()) {
      if (effect.type !== 'publish' && effect.type !== 'send') continue
      const { message } = effect
      if (isProvisional(message) || verifySeal(this.#verifier, message)) continue
      return { type: 'bad-signature', path: `effects[${index}].message`, message }
    }
    return undefined
  }
}

/** Whether the event is a message that admission lets in only with a signature that holds. */
const isAdmitted = (event: AgentEvent): event is Extract<AgentEvent, { readonly message: Sealed }> =>
  event.type === 'gossip' ||
  (event.type === 'direct' && event.message.body.type !== 'bid' && !isProvisional(event.message))

const drawDeviation = (fault: DrawFault | undefined): Deviation | undefined =>
  fault === undefined ? undefined : { type: 'draw', ...fault }

function effectDeviation(expected: readonly Effect[], actual: readonly Effect[]): Deviation | undefined {
  for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
    const [a, b] = [expected[index], actual[index]]
    const path = firstDifference(a, b)
    if (path !== undefined) return { type: 'effect', index, path, expected: a, actual: b }
  }
  return undefined
}
