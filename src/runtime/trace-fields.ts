/** What may stand in a trace: readers of events, effects, facts and plans, with the bounds that they have on the wire. */
import type { AgentEvent, Command, Effect, Fact } from '../agent/agent.js'
import { type BuyPlan, internetRules, type Rules, type SellPlan } from '../agent/rules.js'
import { policyNames } from '../mechanism/reserve.js'
import { strategyNames } from '../mechanism/strategy.js'
import type { ValuationSpec } from '../mechanism/valuation.js'
import type { StoreContents, StoreRecord } from '../ports/store.js'
import { isMarket } from '../protocol/codec.js'
import { type Kind, kinds } from '../protocol/envelope.js'
import { offerNumberOf, publicKeyOf } from '../protocol/identity.js'
import { sealedFromJson, sealedToJson } from '../protocol/json.js'
import {
  closeReasons,
  type DirectMessage,
  declineCodes,
  type Message,
  type Receipt,
  refusalCodes,
  type Sealed,
} from '../protocol/message.js'
import { isMegabytes, isMicros, isMillis, isTicks } from '../units.js'
import {
  anyJson,
  checked,
  count,
  finite,
  JsonFault,
  listOf,
  objectOf,
  oneOf,
  optional,
  type Reader,
  type Readers,
  textOf,
  unionOf,
  yesOrNo,
} from './json-reader.js'

const megabytes = checked(isMegabytes, 'a quantity in MB')
const ticks = checked(isTicks, 'a unit price in ticks')
const micros = checked(isMicros, 'an amount in micros')
export const millis = checked(isMillis, 'a time in ms')
export const peer = textOf((id) => publicKeyOf(id) !== undefined, 'a peer id')
export const market = textOf(isMarket, 'the name of a market')
const offer = textOf((id) => offerNumberOf(id) !== undefined, 'the id of an offer')
const digest = textOf((text) => /^[0-9a-f]{64}$/.test(text), 'a digest')
const textLengthMax = 1_000
const text = textOf(
  (given) => given !== '' && given.length <= textLengthMax,
  `a text of 1 to ${textLengthMax} characters`,
)
export const addresses = listOf(text)
export const name = text

/**
 * A message as `{"bid":"…"}`: its kind, for people, and its envelope in base64, which is the message. Only the one text that
 * {@link sealedToJson} writes for an envelope is taken, so that equal messages are equal lines.
 */
function sealedOf<Type extends Kind>(allowed: readonly Type[]): Reader<Sealed<Extract<Message, { type: Type }>>> {
  return (value, path) => {
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
    const [kind, envelope] = entries[0] ?? []
    if (entries.length !== 1 || !allowed.includes(kind as Type)) {
      throw new JsonFault(path, value === undefined ? 'is missing' : `is no message of kind ${allowed.join(', ')}`)
    }
    const sealed = sealedFromJson(envelope, kind as Type)
    if (sealed === undefined || sealedToJson(sealed) !== envelope) {
      throw new JsonFault(`${path}.${kind}`, `is no readable ${kind}`)
    }
    return sealed
  }
}

const isDirectKind = (kind: Kind): kind is DirectMessage['type'] => kind !== 'offer'
const offerMessage = sealedOf(['offer'])
const directMessage = sealedOf(kinds.filter(isDirectKind)) as Reader<Sealed<DirectMessage>>

export const sellPlan: Reader<SellPlan> = objectOf<SellPlan>({
  stock: megabytes,
  floor: ticks,
  policy: oneOf(policyNames),
  closesAfterMs: millis,
})

const delta = optional(finite)
const valuation: Reader<ValuationSpec> = unionOf<'kind', ValuationSpec>('kind', {
  'alpha-fair': { sigma: finite, alpha: finite, delta, demand: finite },
  logarithmic: { sigma: finite, delta, demand: finite },
  linear: { unitValue: finite, demand: finite },
  parabolic: { qbar: finite, pbar: finite },
})

export const buyPlan: Reader<BuyPlan> = objectOf<BuyPlan>({
  valuation,
  budget: optional(micros),
  strategy: oneOf(strategyNames),
})

const forget = optional(checked((value): value is true => value === true, 'true'))
const command: Reader<Command> = unionOf<'type', Command>('type', {
  sell: { plan: sellPlan },
  buy: { plan: buyPlan },
  'withdraw-offer': { forget },
  'stop-buying': { forget },
  addresses: { addresses },
  announce: {},
  'forget-accept': { award: digest },
})

export const event: Reader<AgentEvent> = unionOf<'type', AgentEvent>('type', {
  start: {},
  wake: {},
  gossip: { from: peer, message: offerMessage },
  direct: { from: peer, message: directMessage },
  undelivered: { to: peer },
  command: { command },
})

const sale = { quantity: megabytes, charge: micros }
const receipt: Reader<Receipt> = objectOf<Receipt>({
  type: oneOf(['receipt']),
  market,
  offer,
  round: count,
  buyer: peer,
  award: digest,
  ...sale,
  fee: micros,
  accept: sealedOf(['accept']),
})

const fact: Reader<Fact> = unionOf<'type', Fact>('type', {
  'offer-opened': { offer, stock: megabytes, reserve: ticks },
  'offer-known': { offer, sequence: count, known: count },
  'bid-sent': { offer, sequence: count, quantity: megabytes, price: ticks },
  'bid-received': { offer, buyer: peer, quantity: megabytes, price: ticks },
  quoted: { offer, ...sale, reserve: ticks },
  'reserve-moved': { offer, round: count, reserve: ticks },
  committed: { offer, round: count, awards: count },
  awarded: { offer, award: digest, ...sale },
  accepted: { offer, award: digest },
  declined: { offer, award: digest, code: oneOf(declineCodes) },
  lapsed: { offer, award: digest },
  sold: { receipt },
  bought: { receipt },
  equivocated: { offer, round: count },
  outrun: { offer, sequence: count },
  'accept-forgotten': { offer, award: digest },
  'offer-closed': { offer, reason: oneOf(closeReasons) },
  refused: { by: oneOf(['me', 'them']), peer, offer, code: oneOf(refusalCodes) },
})

/** A record without a value is one removed. */
const record: Reader<StoreRecord> = objectOf<StoreRecord>({ key: text, value: optional(anyJson) })

export const effect: Reader<Effect> = unionOf<'type', Effect>('type', {
  publish: { message: offerMessage },
  send: { to: peer, message: directMessage, addresses },
  save: { records: listOf(record), sync: yesOrNo },
  report: { fact },
})

export const contents: Reader<StoreContents> = listOf(objectOf<StoreContents[number]>({ key: text, value: anyJson }))

/** Every rule is a whole number; which there are is said once, where they are declared. */
export const rules: Reader<Rules> = objectOf(
  Object.fromEntries(Object.keys(internetRules).map((rule) => [rule, count])) as unknown as Readers<Rules>,
)
