/**
 * The lines of a trace (docs/trace.md): one node's every input and everything that it did, as JSON lines. A line is log,
 * fixture and replay input at once.
 */
import type { AgentEvent, Effect } from '../agent/agent.js'
import type { BuyPlan, Rules, SellPlan } from '../agent/rules.js'
import type { PeerId } from '../ports/signer.js'
import type { Json, StoreContents } from '../ports/store.js'
import { sealedToJson } from '../protocol/json.js'
import type { Sealed } from '../protocol/message.js'
import type { Millis } from '../units.js'
import { checked, count, JsonFault, listOf, objectOf, oneOf, optional, type Reader, unionOf } from './json-reader.js'
import {
  addresses,
  buyPlan,
  contents,
  effect,
  event,
  market,
  millis,
  name,
  peer,
  rules,
  sellPlan,
} from './trace-fields.js'

/** Grows whenever a line changes its shape. A reader takes its own version only. */
export const traceVersion = 1

/** Which signatures a run makes and believes: those of a real node, or the marks of a simulation. */
export const signatureSchemes = ['ed25519', 'simulated'] as const
export type SignatureScheme = (typeof signatureSchemes)[number]

/** A node begins: all that a fresh participant needs, but for its private key. */
export interface RunLine {
  readonly type: 'run'
  readonly version: typeof traceVersion
  /** For people. */
  readonly name: string
  readonly who: PeerId
  readonly signatures: SignatureScheme
  readonly market: string
  readonly addresses: readonly string[]
  readonly rules: Rules
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  /** What its store held. */
  readonly restored: StoreContents
}

/** One number drawn by chance. */
export interface Draw {
  /** Above every number that could have come. */
  readonly bound: number
  readonly drawn: number
}

/** Something happened, and this is what the node did. */
export interface StepLine {
  readonly type: 'step'
  readonly now: Millis
  readonly event: AgentEvent
  /** In the order in which they were drawn. */
  readonly draws: readonly Draw[]
  readonly effects: readonly Effect[]
}

export type TraceLine = RunLine | StepLine

/** One line of text, without its end. @throws RangeError when a message in it cannot be encoded. */
export const textOfLine = (line: TraceLine): string => JSON.stringify(line, legible)

/** An event or an effect as it stands in a line. */
export const jsonOf = (value: AgentEvent | Effect): Json => JSON.parse(JSON.stringify(value, legible)) as Json

const legible = (_key: string, value: unknown): unknown =>
  isSealed(value) ? { [value.body.type]: sealedToJson(value) } : value

/** Nothing else in a line holds bytes. */
export const isSealed = (value: unknown): value is Sealed =>
  typeof value === 'object' && value !== null && (value as Partial<Sealed>).payload instanceof Uint8Array

const bound: Reader<number> = checked(
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 1,
  'a whole number from 1',
)
const anyDraw = objectOf<Draw>({ bound, drawn: count })
const draw: Reader<Draw> = (value, path) => {
  const read = anyDraw(value, path)
  if (read.drawn >= read.bound) throw new JsonFault(`${path}.drawn`, `is not below its bound ${read.bound}`)
  return read
}

const line: Reader<TraceLine> = unionOf<'type', TraceLine>('type', {
  run: {
    version: checked(
      (value): value is typeof traceVersion => value === traceVersion,
      `${traceVersion}, the version that this program reads`,
    ),
    name,
    who: peer,
    signatures: oneOf(signatureSchemes),
    market,
    addresses,
    rules,
    sells: optional(sellPlan),
    wants: optional(buyPlan),
    restored: contents,
  },
  step: { now: millis, event, draws: listOf(draw), effects: listOf(effect) },
})

export type ReadLine = { readonly ok: true; readonly line: TraceLine } | { readonly ok: false; readonly reason: string }

/** What a line says, or why it says nothing. Total: whatever it is given, it answers. */
export function readLine(text: string): ReadLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, reason: text.trim() === '' ? 'the line is empty' : 'the line is not JSON' }
  }
  try {
    return { ok: true, line: line(value, '') }
  } catch (error) {
    if (error instanceof JsonFault) return { ok: false, reason: error.message }
    throw error
  }
}
