/** What a filter can ask of an event: every field with its kind of value and where an event has it. */
import { megabytesPerGigabyte, microsPerCurrency, ticksPerUnitPrice } from '../units.js'
import { type InspectEvent, kindsOf } from './event.js'

/** How a number is written, and what one of it is in the unit of the events. */
export interface Measure {
  /** By unit; `''` where a bare number will do. */
  readonly units: Readonly<Record<string, number>>
  /** For errors. */
  readonly be: string
}

/** Units are read in any case. */
const measures = {
  bytes: { units: { '': 1, b: 1, kb: 1_000, mb: 1_000_000 }, be: 'a number of bytes such as 900 or 2KB' },
  time: { units: { us: 1, µs: 1, ms: 1_000, s: 1_000_000 }, be: 'a time with its unit such as 250ms, 2s or 400us' },
  quantity: { units: { mb: 1, gb: megabytesPerGigabyte }, be: 'a quantity with its unit such as 5GB or 500MB' },
  price: { units: { '': ticksPerUnitPrice }, be: 'a price in currency per GB such as 8.5' },
  money: { units: { '': microsPerCurrency }, be: 'an amount of currency such as 43.32' },
  number: { units: { '': 1 }, be: 'a number' },
} as const satisfies Readonly<Record<string, Measure>>

export type FieldSpec =
  /** `peers`: its values are peer ids, which a name stands for as well. */
  | {
      readonly type: 'text'
      readonly peers?: true
      readonly why: string
      readonly of: (event: InspectEvent) => readonly string[]
    }
  | {
      readonly type: 'number'
      readonly measure: Measure
      readonly why: string
      readonly of: (event: InspectEvent) => readonly number[]
    }

const none: readonly never[] = []
/** What is there of `values`. */
const present = <T>(...values: readonly (T | undefined)[]): readonly T[] =>
  values.every((value) => value === undefined) ? none : values.filter((value) => value !== undefined)

/** The value under `key`, of the event itself or of what it carries, wherever it is of type `kind`. */
function valuesAt<T>(event: InspectEvent, key: string, is: (value: unknown) => value is T): readonly T[] {
  const carriers: readonly object[] =
    event.type === 'auction'
      ? present<object>(event.message)
      : event.type === 'publish'
        ? present<object>(event.offer)
        : event.type === 'rpc'
          ? (event.messages ?? none).flatMap(({ offer }) => present<object>(offer))
          : event.type === 'sync'
            ? (event.offers ?? none)
            : none
  return [event, ...carriers].map((carrier) => (carrier as Readonly<Record<string, unknown>>)[key]).filter(is)
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNumber = (value: unknown): value is number => typeof value === 'number'
const texts = (key: string) => (event: InspectEvent) => valuesAt(event, key, isText)
const numbers = (key: string) => (event: InspectEvent) => valuesAt(event, key, isNumber)

function topicsOf(event: InspectEvent): readonly string[] {
  if (event.type !== 'rpc') return 'topic' in event ? present(event.topic) : none
  const { messages, subscriptions, ihave, graft, prune } = event
  const parts: readonly { readonly topic: string }[] = [
    ...(messages ?? none),
    ...(subscriptions ?? none),
    ...(ihave ?? none),
    ...(prune ?? none),
  ]
  return [...parts.map(({ topic }) => topic), ...(graft ?? none)]
}

function idsOf(event: InspectEvent): readonly string[] {
  if (event.type !== 'rpc') return 'id' in event ? present(event.id) : none
  const { messages, ihave, iwant, idontwant } = event
  return [
    ...(messages ?? none).map(({ id }) => id),
    ...(ihave ?? none).flatMap(({ ids }) => ids),
    ...(iwant ?? none),
    ...(idontwant ?? none),
  ]
}

/** How long an offer took until here, in microseconds: from its `issuedAt` by its seller's clock to `at` by this node's. */
export function delaysOf(event: InspectEvent): readonly number[] {
  if (event.type !== 'rpc' || event.dir !== 'in') return none
  return (event.messages ?? none).flatMap(({ offer }): readonly number[] =>
    offer === undefined ? none : [event.at - offer.issuedAt * 1_000],
  )
}

/** Quantities by the name that each kind of message has for what it is about. */
const quantitiesOf = (event: InspectEvent): readonly number[] =>
  event.type === 'auction' ? numbers('quantity')(event) : numbers('stock')(event)
const pricesOf = (event: InspectEvent): readonly number[] => [...numbers('price')(event), ...numbers('reserve')(event)]

const sellersOf = (event: InspectEvent): readonly string[] =>
  texts('offer')(event).map((offer) => offer.slice(0, Math.max(0, offer.lastIndexOf('/'))))

function reasonsOf(event: InspectEvent): readonly string[] {
  if (event.type === 'rpc') return (event.prune ?? none).flatMap(({ reason }) => present<string>(reason))
  return event.type === 'score' ? (event.penalties ?? none) : texts('reason')(event)
}

/** Every field, in the order of the documentation. */
export const fields = {
  kind: { type: 'text', why: 'rpc, msg, offer, graft, bid, …: every word that the event is', of: kindsOf },
  node: { type: 'text', peers: true, why: 'who saw it', of: ({ node }) => [node] },
  peer: { type: 'text', peers: true, why: 'the other side', of: texts('peer') },
  dir: { type: 'text', why: 'in or out', of: texts('dir') },
  topic: { type: 'text', why: 'of the messages and of the control parts', of: topicsOf },
  id: { type: 'text', why: "a gossiped message's id", of: idsOf },
  offer: { type: 'text', why: "an offer's id", of: texts('offer') },
  seller: { type: 'text', peers: true, why: 'whose offer it is about', of: sellersOf },
  buyer: { type: 'text', peers: true, why: 'whose bid, quote, award, … it is', of: texts('buyer') },
  code: { type: 'text', why: 'why it was ignored, rejected, refused or declined', of: texts('code') },
  reason: { type: 'text', why: 'why it was pruned, penalised or closed', of: reasonsOf },
  bytes: { type: 'number', measure: measures.bytes, why: 'of the RPC, the message or the frame', of: numbers('bytes') },
  delay: { type: 'number', measure: measures.time, why: "since an arriving offer's issuedAt", of: delaysOf },
  price: { type: 'number', measure: measures.price, why: 'of a bid; the reserve of others', of: pricesOf },
  quantity: {
    type: 'number',
    measure: measures.quantity,
    why: 'bid for or awarded; the stock of an offer',
    of: quantitiesOf,
  },
  charge: {
    type: 'number',
    measure: measures.money,
    why: 'of a quote, an award, an accept, a receipt',
    of: numbers('charge'),
  },
  score: { type: 'number', measure: measures.number, why: 'of a peer, where it changed', of: numbers('score') },
  sequence: { type: 'number', measure: measures.number, why: 'of an offer, a bid or a quote', of: numbers('sequence') },
  round: { type: 'number', measure: measures.number, why: 'of a quote, an award, …', of: numbers('round') },
} as const satisfies Readonly<Record<string, FieldSpec>>

export type FieldName = keyof typeof fields
export const isFieldName = (name: string): name is FieldName => Object.hasOwn(fields, name)
