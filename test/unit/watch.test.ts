/** An honest market is recorded step by step; then each law is broken in the record, and the watch has to say so. */
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../src/agent/agent.js'
import { lanRules, type Rules } from '../../src/agent/rules.js'
import type { StoreContents } from '../../src/ports/store.js'
import { awardToJson, evidenceKeyOf, evidenceToJson } from '../../src/protocol/award-record.js'
import { sealedToJson } from '../../src/protocol/json.js'
import { type Award, type Message, type Quote, type Sealed, sellerOf } from '../../src/protocol/message.js'
import { digestOf, seal } from '../../src/protocol/signing.js'
import { type StepLaw, stepLaws } from '../../src/sim/laws.js'
import { Prng } from '../../src/sim/prng.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import type { Step } from '../../src/sim/watch/step.js'
import { Watch } from '../../src/sim/watch/watch.js'
import { sharedByteWire } from '../../src/sim/wire.js'
import { World } from '../../src/sim/world.js'
import { type Micros, megabytes, micros, millis, type Ticks, ticks } from '../../src/units.js'
import { calmNetwork } from '../scenario/market.js'
import { refusedBy } from './agent-stage.js'

/** A step as it was, with what the node's store held before it. */
type Recorded = Step & { readonly contents: StoreContents }

const wanting = (name: string, sigma: number) => ({
  name,
  signer: simulatedSigner(name),
  wants: {
    valuation: { kind: 'alpha-fair', sigma, alpha: 0.5, demand: 8 },
    budget: micros(1_000_000_000),
    strategy: 'minimal-pool',
  } as const,
})
const selling = (name: string, floor: number) => ({
  name,
  signer: simulatedSigner(name),
  sells: { stock: megabytes(6_000), floor: ticks(floor), policy: 'tracking', closesAfterMs: millis(60_000) } as const,
})
const people = [
  selling('dora', 2_000),
  selling('egon', 1_500),
  wanting('ann', 40),
  wanting('bob', 30),
  wanting('cat', 20),
]
const signerOf = (id: string) => people.find(({ signer }) => signer.id === id)!.signer

function record(): readonly Recorded[] {
  const steps: Recorded[] = []
  const world: World = new World({
    market: 'trial',
    rules: lanRules,
    random: new Prng('watched'),
    network: { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12) },
    people,
    wire: sharedByteWire(),
    verifier: simulatedVerifier,
    onStep: (step) => {
      const { deadline } = step.participant
      const status = step.participant.status()
      steps.push({
        ...step,
        participant: { deadline, status: () => status },
        contents: world.disk(step.person.signer.id),
      })
    },
  })
  world.startAll()
  world.after(millis(1_500), () => world.crash(people[3]!.signer.id, { powerLoss: true }))
  world.after(millis(1_600), () => world.start(people[3]!.signer.id))
  world.runUntil(() => false, millis(120_000))
  return steps
}

const honest = record()
const honestEnd = honest.at(-1)!.now

interface Showing {
  readonly rules?: Rules
  /** Asked at the end about everybody, by everybody's clock. */
  readonly end?: number
}

function lawsBrokenBy(steps: readonly Recorded[], { rules = lanRules, end }: Showing = {}): readonly StepLaw[] {
  let contents: StoreContents = []
  const watch = new Watch({ rules, verifier: simulatedVerifier, contentsOf: () => contents, backlogMax: 100 })
  for (const step of steps) {
    contents = step.contents
    watch.step(step)
  }
  if (end !== undefined) watch.end(people.map(({ signer }) => ({ id: signer.id, now: millis(end) })))
  return [...new Set(watch.violations.map(({ law }) => law as StepLaw))]
}

const isMessage = (effect: Effect): effect is Extract<Effect, { type: 'send' | 'publish' }> =>
  effect.type === 'send' || effect.type === 'publish'

const sends = (step: Recorded, type: Message['type']): boolean =>
  step.effects.some((effect) => isMessage(effect) && effect.message.body.type === type)

/** Whether a step sends a message for the first time, and not again what was saved before. */
const makes = (step: Recorded, type: Message['type']): boolean =>
  sends(step, type) && ((type !== 'award' && type !== 'bid') || step.effects.some(({ type }) => type === 'save'))

/** Changes the last step that makes a message of the type. */
function inStep(type: Message['type'], change: (step: Recorded) => Recorded): readonly Recorded[] {
  const at = honest.findLastIndex((step) => makes(step, type))
  if (at < 0) throw new Error(`nobody sends a message of type ${type}`)
  return honest.map((step, index) => (index === at ? change(step) : step))
}

/** Changes its effects. */
const inEffects = (type: Message['type'], change: (effects: readonly Effect[]) => readonly Effect[]) =>
  inStep(type, (step) => ({ ...step, effects: change(step.effects) }))

/** Says something else, signed and saved all the same. */
function saying<Type extends Message['type']>(type: Type, lie: Partial<Extract<Message, { type: Type }>>) {
  return inEffects(type, (effects) => {
    const told = effects.find((effect) => isMessage(effect) && effect.message.body.type === type) as Extract<
      Effect,
      { type: 'send' }
    >
    const truth = told.message
    const lied = seal(signerOf(truth.signer), { ...truth.body, ...lie } as typeof truth.body)
    const keys = [digestOf(truth), digestOf(lied)] as const
    return effects.map((effect) => {
      if (isMessage(effect)) return effect.message === truth ? ({ ...effect, message: lied } as Effect) : effect
      if (effect.type !== 'save') return effect
      const text = JSON.stringify(effect.records, (_, value) => value ?? null)
      const texts = keptOf(lied)
      const changed = keptOf(truth)
        .reduce((changing, kept, index) => changing.replaceAll(kept, texts[index]!), text)
        .replaceAll(...keys)
      const records = (JSON.parse(changed) as { key: string; value: never }[]).map(({ key, value }) => ({
        key,
        value: value === null ? undefined : value,
      }))
      return { ...effect, records }
    })
  })
}

/** What the records that keep a message have of it. */
function keptOf(sealed: Sealed): readonly string[] {
  if (sealed.body.type !== 'award') return [String(sealedToJson(sealed))]
  const award = sealed as Sealed<Award>
  const { apart } = awardToJson(award) as { readonly apart: string }
  return [apart, String(evidenceToJson(award)), evidenceKeyOf(award.body)]
}

const lastOf = <Type extends Message['type']>(type: Type): Sealed<Extract<Message, { type: Type }>> =>
  honest
    .filter((step) => makes(step, type))
    .flatMap(({ effects }) => effects)
    .filter(isMessage)
    .map(({ message }) => message as Sealed<Extract<Message, { type: Type }>>)
    .findLast(({ body }) => body.type === type)!

const withoutSaves = (effects: readonly Effect[]) => effects.filter(({ type }) => type !== 'save')
const unsynced = (effects: readonly Effect[]) =>
  effects.map((effect) => (effect.type === 'save' ? { ...effect, sync: false } : effect))

/** Other plans than the ones that people acted on. */
const planned = (change: (person: Recorded['person']) => Partial<Recorded['person']>) =>
  honest.map((step) => ({ ...step, person: { ...step.person, ...change(step.person) } }))

const award = lastOf('award')
const quote = lastOf('quote')
const receipt = lastOf('receipt')
const refusal = {
  type: 'send',
  to: receipt.body.buyer,
  addresses: [],
  message: refusedBy(signerOf(receipt.signer), {
    offer: receipt.body.offer,
    to: receipt.body.buyer,
    code: 'unknown-award',
    award: receipt.body.award,
  }),
} as const
const accept = lastOf('accept')
/** What its seller would have to sign to refuse the last accept. */
const proof = refusedBy(signerOf(sellerOf(accept.body.offer)), {
  offer: accept.body.offer,
  to: accept.signer,
  code: 'award-lapsed',
  award: accept.body.award,
})
const wake = honest.findIndex(({ event }) => event.type === 'wake')

/** For each law, records that break it. */
const broken: Readonly<Record<StepLaw, readonly (() => readonly StepLaw[])[]>> = {
  'a seller promises no more than its stock': [
    () => lawsBrokenBy(planned(({ sells }) => (sells ? { sells: { ...sells, stock: megabytes(5_000) } } : {}))),
  ],
  'no message offers more than is left': [
    () =>
      lawsBrokenBy(
        saying('offer', { stock: megabytes(6_001), ladder: [{ price: ticks(9_000), quantity: megabytes(6_001) }] }),
      ),
    () => lawsBrokenBy(saying('award', { stock: megabytes(6_001) })),
    () =>
      lawsBrokenBy(
        saying('quote', { stock: megabytes(6_001), ladder: [{ price: ticks(9_000), quantity: megabytes(6_001) }] }),
      ),
  ],
  'a buyer is bound to no more than its demand': [
    () =>
      lawsBrokenBy(
        planned(({ wants }) =>
          wants ? { wants: { ...wants, valuation: { ...wants.valuation, demand: 1 } as never } } : {},
        ),
      ),
  ],
  'a buyer is bound to no more than its budget': [
    () => lawsBrokenBy(planned(({ wants }) => (wants ? { wants: { ...wants, budget: micros(1_000) } } : {}))),
  ],
  'awards and quotes say what the bids give': [
    () => lawsBrokenBy(saying('award', { charge: (award.body.charge + 1) as Micros })),
    () => lawsBrokenBy(saying('award', { quantity: megabytes(award.body.quantity - 1) })),
    () => lawsBrokenBy(saying('award', { fee: micros(0) })),
    () => lawsBrokenBy(saying('quote', { charge: (quote.body.charge + 1) as Micros })),
    () => lawsBrokenBy(saying('quote', { bidSequence: quote.body.bidSequence - 1 })),
    () => lawsBrokenBy(withOneAwardLess()),
  ],
  'the evidence is the bids that arrived': [
    () => lawsBrokenBy(saying('award', { evidence: award.body.evidence.slice(1) })),
    () => lawsBrokenBy(saying('award', { evidence: raised(award.body) })),
  ],
  'only the cheapest bid gives way': [
    () => {
      const dearest = [...award.body.evidence].sort((a, b) => b.body.price - a.body.price)[0]!.body
      const { offer, buyer: to, sequence: bidSequence } = dearest
      const about = { offer, to, code: 'auction-full', bidSequence } as const
      const message = refusedBy(signerOf(award.signer), about)
      return lawsBrokenBy(inEffects('award', (effects) => [...effects, { type: 'send', to, addresses: [], message }]))
    },
  ],
  'a reserve is never below the floor': [
    () => lawsBrokenBy(planned(({ sells }) => (sells ? { sells: { ...sells, floor: ticks(90_000) } } : {}))),
  ],
  'a reserve moves only as its policy says': [
    () => lawsBrokenBy(saying('quote', { reserve: (quote.body.reserve + 1) as Ticks } as Partial<Quote>)),
    () => lawsBrokenBy(saying('award', { reserve: (award.body.reserve + 1) as Ticks })),
    () => lawsBrokenBy(saying('award', { quotedReserve: (award.body.quotedReserve + 1) as Ticks })),
    () => lawsBrokenBy(planned(({ sells }) => (sells ? { sells: { ...sells, policy: 'fixed' } } : {}))),
    () => lawsBrokenBy(honest, { rules: { ...lanRules, reserveRisePerMille: 699 } }),
  ],
  'sequences grow': [
    () => lawsBrokenBy(inEffects('quote', (effects) => [...effects, ...effects.filter(isMessage)])),
    () => lawsBrokenBy(inEffects('offer', (effects) => [...effects, ...effects.filter(isMessage)])),
    () => lawsBrokenBy(saying('bid', { sequence: 1 })),
    () => lawsBrokenBy(saying('award', { round: 1 })),
    () => lawsBrokenBy(saying('quote', { round: 1 })),
  ],
  'nothing leaves before it is saved': [
    ...(['bid', 'award', 'accept', 'receipt'] as const).map(
      (type) => () => lawsBrokenBy(inEffects(type, withoutSaves)),
    ),
    ...(['award', 'accept', 'receipt'] as const).map((type) => () => lawsBrokenBy(inEffects(type, unsynced))),
    () => lawsBrokenBy(saying('quote', { sequence: Number.MAX_SAFE_INTEGER })),
    () => lawsBrokenBy(saying('quote', { round: 1_000_000 })),
  ],
  'no award is both sold and refused': [
    () => lawsBrokenBy(inEffects('receipt', (effects) => [...effects, refusal])),
    () => lawsBrokenBy(inEffects('award', (effects) => [...effects, refusalOf(award)])),
    () => lawsBrokenBy(refusedBefore('receipt')),
  ],
  'an accept is given up only for a refusal': [
    () => lawsBrokenBy(givenUp()),
    () => lawsBrokenBy(givenUp(seal(signerOf(proof.signer), { ...proof.body, award: '0'.repeat(64) }))),
    () => lawsBrokenBy(givenUp(seal(signerOf(proof.signer), { ...proof.body, code: 'malformed' }))),
    () => lawsBrokenBy(givenUp({ ...proof, signature: new Uint8Array(64) })),
    () => lawsBrokenBy(givenUp(seal(signerOf(accept.signer), proof.body))),
    () => lawsBrokenBy(givenUp(proof, false)),
  ],
  'every queue keeps its bound': [
    () => lawsBrokenBy(honest, { rules: { ...lanRules, participantsMax: 1 } }),
    () => lawsBrokenBy(honest, { rules: { ...lanRules, offersMax: 1 } }),
    () => lawsBrokenBy(honest, { rules: { ...lanRules, viewMax: 0 } }),
    () => lawsBrokenBy(inStep('award', (step) => ({ ...step, backlog: 101 }))),
  ],
  'no deadline is starved': [
    () => lawsBrokenBy(honest.filter(({ event }) => event.type !== 'wake')),
    () => lawsBrokenBy(honest.slice(0, wake), { end: honestEnd + 60_000 }),
  ],
  'no node spins': [
    () =>
      lawsBrokenBy(honest.flatMap((step, index) => (index === wake ? Array.from({ length: 11 }, () => step) : [step]))),
  ],
}

/** A commit that passes one of its winners over. */
function withOneAwardLess(): readonly Recorded[] {
  const awardsIn = ({ effects }: Recorded) =>
    effects.flatMap((effect) => (isMessage(effect) && effect.message.body.type === 'award' ? [effect.message] : []))
  const at = honest.findIndex((step) => awardsIn(step).length > 1)
  const [passedOver] = awardsIn(honest[at]!)
  const key = `seller/award/${digestOf(passedOver!)}`
  const effects = honest[at]!.effects.flatMap((effect): Effect[] => {
    if (isMessage(effect)) return effect.message === passedOver ? [] : [effect]
    if (effect.type !== 'save') return [effect]
    return [{ ...effect, records: effect.records.filter((kept) => kept.key !== key) }]
  })
  return honest.map((step, index) => (index === at ? { ...step, effects } : step))
}

/** The last accept, forgotten as soon as it is sent, on the ground of `refused`. */
const givenUp = (refused?: Sealed, sync = true): readonly Recorded[] =>
  inEffects('accept', (effects) => {
    const grounds = refused === undefined ? [] : [{ key: `refusal/${accept.body.award}`, value: sealedToJson(refused) }]
    return [
      ...effects,
      { type: 'save', records: [{ key: `purchase/${accept.body.award}`, value: undefined }, ...grounds], sync },
    ]
  })

/** The same bids, the first at another price. */
function raised({ evidence }: Award): Award['evidence'] {
  const [first, ...others] = evidence
  return [seal(signerOf(first!.signer), { ...first!.body, price: (first!.body.price + 1) as Ticks }), ...others]
}

const refusalOf = (sealed: Sealed<Award>): Effect => ({
  ...refusal,
  message: seal(signerOf(sealed.signer), { ...refusal.message.body, award: digestOf(sealed) }),
})

/** Its award's record says that it was refused, right before the sale. */
const refusedBefore = (type: Message['type']): readonly Recorded[] =>
  inEffects(type, (effects) => {
    const awarded = honest
      .flatMap((step) => step.effects)
      .filter(isMessage)
      .find(({ message }) => digestOf(message) === receipt.body.award)!
    const value = { state: 'refused', award: sealedToJson(awarded.message) }
    return [{ type: 'save', records: [{ key: `seller/award/${receipt.body.award}`, value }], sync: true }, ...effects]
  })

describe('the watch', () => {
  it('finds nothing wrong with an honest market', () => {
    expect(honest.length).toBeGreaterThan(100)
    expect(lastOf('receipt').body.quantity).toBeGreaterThan(0)
    expect(lawsBrokenBy(honest, { end: honestEnd })).toEqual([])
  })

  it('lets an accept go that its seller refused', () => {
    expect(lawsBrokenBy(givenUp(proof))).toEqual([])
  })

  it.each(stepLaws.flatMap((law) => broken[law].map((attempt, index) => ({ law, index, attempt }))))(
    'sees that "$law" is broken ($index)',
    ({ law, attempt }) => {
      expect(attempt()).toContain(law)
    },
  )
})
