import { describe, expect, it } from 'vitest'
import type { AgentEvent, Effect, Fact } from '../../src/agent/agent.js'
import { internetRules } from '../../src/agent/rules.js'
import type { ValuationSpec } from '../../src/mechanism/valuation.js'
import type { DirectMessage, Offer, Sealed } from '../../src/protocol/message.js'
import { digestOf, provisional } from '../../src/protocol/signing.js'
import {
  type RunLine,
  readLine,
  type StepLine,
  type TraceLine,
  textOfLine,
  traceVersion,
} from '../../src/runtime/trace-line.js'
import { megabytes, micros, millis, ticks } from '../../src/units.js'
import { buyer, market, now, offerId, quote, receipt, samples, seller } from './protocol-samples.js'

const offerMessage = samples.find(({ body }) => body.type === 'offer') as Sealed<Offer>
const directMessages = samples.filter(({ body }) => body.type !== 'offer') as Sealed<DirectMessage>[]
const award = digestOf(samples.find(({ body }) => body.type === 'award')!)
const trade = { quantity: megabytes(8_000), charge: micros(28_000_000) }

const run: RunLine = {
  type: 'run',
  version: traceVersion,
  name: 'ann',
  who: seller.id,
  signatures: 'ed25519',
  market,
  addresses: ['/ip4/127.0.0.1/tcp/4001'],
  rules: internetRules,
  sells: { stock: megabytes(10_000), floor: ticks(1_500), policy: 'tracking', closesAfterMs: millis(60_000) },
  restored: [
    { key: 'seller/sequence', value: 5 },
    { key: 'sale/x', value: { receipt: null, list: [1, 'two', true] } },
  ],
}
const stepWith = (event: AgentEvent, effects: readonly Effect[] = []): StepLine => ({
  type: 'step',
  now,
  event,
  draws: [{ bound: 251, drawn: 250 }],
  effects,
})
const start: AgentEvent = { type: 'start' }

const valuations: readonly ValuationSpec[] = [
  { kind: 'alpha-fair', sigma: 40.125, alpha: 0.1 + 0.2, delta: 2, demand: 30 },
  { kind: 'logarithmic', sigma: 40, demand: 30 },
  { kind: 'linear', unitValue: 10, demand: 30 },
  { kind: 'parabolic', qbar: 30, pbar: 1e-7 },
]

const events: readonly AgentEvent[] = [
  start,
  { type: 'wake' },
  { type: 'gossip', from: buyer.id, message: offerMessage },
  ...directMessages.map((message): AgentEvent => ({ type: 'direct', from: message.signer, message })),
  { type: 'direct', from: seller.id, message: provisional(seller, quote) },
  { type: 'undelivered', to: buyer.id },
  { type: 'command', command: { type: 'withdraw-offer' } },
  { type: 'command', command: { type: 'stop-buying' } },
  { type: 'command', command: { type: 'announce' } },
  { type: 'command', command: { type: 'forget-accept', award } },
]

const facts: { readonly [Type in Fact['type']]: Extract<Fact, { readonly type: Type }> } = {
  'offer-opened': { type: 'offer-opened', offer: offerId, stock: megabytes(9), reserve: ticks(0) },
  'offer-known': { type: 'offer-known', offer: offerId, sequence: 1, known: 2 },
  'bid-sent': { type: 'bid-sent', offer: offerId, sequence: 1, quantity: megabytes(1), price: ticks(2) },
  'bid-received': {
    type: 'bid-received',
    offer: offerId,
    buyer: buyer.id,
    quantity: megabytes(1),
    price: ticks(2),
  },
  quoted: { type: 'quoted', offer: offerId, ...trade, reserve: ticks(3) },
  'reserve-moved': { type: 'reserve-moved', offer: offerId, round: 4, reserve: ticks(3) },
  committed: { type: 'committed', offer: offerId, round: 4, awards: 2 },
  awarded: { type: 'awarded', offer: offerId, award, ...trade },
  accepted: { type: 'accepted', offer: offerId, award },
  declined: { type: 'declined', offer: offerId, award, code: 'no-longer-wanted' },
  lapsed: { type: 'lapsed', offer: offerId, award },
  sold: { type: 'sold', receipt },
  bought: { type: 'bought', receipt },
  equivocated: { type: 'equivocated', offer: offerId, round: 7 },
  outrun: { type: 'outrun', offer: offerId, sequence: 8 },
  'accept-forgotten': { type: 'accept-forgotten', offer: offerId, award },
  'offer-closed': { type: 'offer-closed', offer: offerId, reason: 'idle' },
  refused: { type: 'refused', by: 'me', peer: buyer.id, offer: offerId, code: 'auction-full' },
}

const effects: readonly Effect[] = [
  { type: 'publish', message: offerMessage },
  ...directMessages.map((message): Effect => ({ type: 'send', to: buyer.id, message, addresses: ['/dns4/a/tcp/1'] })),
  { type: 'send', to: buyer.id, message: provisional(seller, quote), addresses: [] },
  {
    type: 'save',
    records: [
      { key: 'k', value: { deep: [null] } },
      { key: 'gone', value: undefined },
    ],
    sync: true,
  },
  ...Object.values(facts).map((fact): Effect => ({ type: 'report', fact })),
]

const lines: readonly (readonly [string, TraceLine])[] = [
  ['run', run],
  ...valuations.map((valuation): [string, TraceLine] => {
    const { sells: _, restored, ...buying } = run
    const wants = { valuation, budget: micros(7), strategy: 'minimal-pool' } as const
    return [valuation.kind, { ...buying, wants, restored }]
  }),
  ...events.map((event): [string, TraceLine] => [`event ${event.type}`, stepWith(event)]),
  ...effects.map((effect): [string, TraceLine] => [`effect ${effect.type}`, stepWith(start, [effect])]),
]

describe('a line of a trace', () => {
  it.each(lines)('is read back as it was written: %s', (_, line) => {
    const text = textOfLine(line)
    expect(text).not.toContain('\n')
    const read = readLine(text)
    expect(read).toEqual({ ok: true, line })
    if (read.ok) expect(textOfLine(read.line)).toBe(text)
  })

  it('names the kind of each message for people, and holds its bytes', () => {
    const text = textOfLine(stepWith({ type: 'direct', from: buyer.id, message: directMessages[0]! }))
    expect(text).toMatch(/"message":\{"bid":"[A-Za-z0-9+/]+"\}/)
  })
})

type Change = (line: Record<string, unknown>) => void
const changed = (line: TraceLine, change: Change): string => {
  const value = JSON.parse(textOfLine(line)) as Record<string, unknown>
  change(value)
  return JSON.stringify(value)
}
const gossip = stepWith({ type: 'gossip', from: buyer.id, message: offerMessage })
const envelope = (JSON.parse(textOfLine(gossip)) as { event: { message: { offer: string } } }).event.message.offer

describe('a reader of traces refuses', () => {
  it.each<readonly [string, string]>([
    ['', 'the line is empty'],
    ['{"type":"step"', 'the line is not JSON'],
    ['[]', 'the line is no object'],
    ['null', 'the line is no object'],
    ['{}', 'type is missing'],
    ['{"type":"leap"}', 'type is not known'],
    [
      changed(run, (line) => Object.assign(line, { version: 2 })),
      'version is not 1, the version that this program reads',
    ],
    [changed(run, (line) => Object.assign(line, { who: 'me' })), 'who is not a peer id'],
    [
      changed(run, (line) => Object.assign(line, { signatures: 'none' })),
      'signatures is not one of ed25519, simulated',
    ],
    [changed(run, (line) => Object.assign(line, { secret: 1 })), 'secret is not known'],
    [changed(run, (line) => Reflect.deleteProperty(line, 'market')), 'market is missing'],
    [changed(run, (line) => Reflect.deleteProperty(line['rules'] as object, 'roundMs')), 'rules.roundMs is missing'],
    [
      changed(run, (line) => Object.assign(line['sells'] as object, { stock: 1.5 })),
      'sells.stock is not a quantity in MB',
    ],
    [changed(run, (line) => Object.assign(line, { restored: [{ key: 'k' }] })), 'restored[0].value is missing'],
    [
      changed(run, (line) => Object.assign(line, { restored: [{ key: 'k', value: nested(40) }] })),
      'restored[0].value is nested deeper than 32',
    ],
    [changed(gossip, (line) => Object.assign(line, { now: -1 })), 'now is not a time in ms'],
    [changed(gossip, (line) => Object.assign(line, { event: { type: 'nap' } })), 'event.type is not known'],
    [
      changed(gossip, (line) => Object.assign(line['event'] as object, { message: { bid: envelope } })),
      'event.message is no message of kind offer',
    ],
    [
      changed(gossip, (line) => Object.assign(line['event'] as object, { message: { offer: `${envelope}A` } })),
      'event.message.offer is no readable offer',
    ],
    [
      changed(gossip, (line) => Object.assign(line, { draws: [{ bound: 2, drawn: 2 }] })),
      'draws[0].drawn is not below its bound 2',
    ],
    [
      changed(gossip, (line) => Object.assign(line, { effects: [{ type: 'report', fact: { type: 'rumour' } }] })),
      'effects[0].fact.type is not known',
    ],
  ])('%.40s: %s', (text, reason) => {
    expect(readLine(text)).toEqual({ ok: false, reason })
  })
})

function nested(depth: number): unknown {
  return depth === 0 ? 0 : [nested(depth - 1)]
}
