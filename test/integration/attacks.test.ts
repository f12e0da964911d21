/** Real attackers against real nodes: honest people trade, attackers are found out, and nobody else is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { proofViewsOf, receiptViewsOf } from '../../node/api/views.js'
import type { MarketNode } from '../../node/market-node.js'
import { asDocument, documentSchema } from '../../node/receipts/document.js'
import { verifyReceipts } from '../../node/receipts/verify.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { AttackOptions, RunningAttack } from '../../node/swarm/attack/attack.js'
import { attackNamed, attacks } from '../../node/swarm/attack/attacks.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import type { Bid, Quote, Sealed } from '../../src/protocol/message.js'
import { judge, proofFromJson, proofToJson } from '../../src/protocol/proof.js'
import { readLine } from '../../src/runtime/trace-line.js'
import { millis } from '../../src/units.js'
import { AttackedMarket, bought } from './attacked-market.js'
import { isLonger } from './longer.js'
import { sells, wants } from './plans.js'
import { until } from './swarm.js'

/** Patience is what attackers live on; here there is little of it. */
const market = new AttackedMarket('attacked', { silenceMsMax: millis(1_000), acceptMsMax: millis(1_000) })
let running: RunningAttack | undefined

beforeEach(() => market.open())
afterEach(async () => {
  await running?.stop()
  running = undefined
  await market.close()
})

async function attackOn(targets: readonly MarketNode[], name: string, options: Partial<AttackOptions> = {}) {
  const addresses = targets.map((node) => node.addresses()[0]!)
  running = await attackNamed(name)!.start({ market: market.name, targets: addresses, ...options })
  return running
}

/** A seller that is attacked before a buyer comes. */
async function attacked(name: string, options: Partial<AttackOptions> = {}) {
  const seller = await market.start('seller', { sells })
  seller.trade()
  return { seller, attack: await attackOn([seller], name, options) }
}

async function buys(): Promise<MarketNode> {
  const buyer = await market.start('buyer', { wants })
  const done = bought(buyer)
  buyer.trade()
  await done
  return buyer
}

const reasons = (node: MarketNode) => new Set(node.refusals().map(({ offence }) => offence))
const didSomething = (attack: RunningAttack) => until(() => Object.values(attack.did()).some((times) => times > 4))

/** They keep a processor busy, or take long: `npm run test:attacks` runs them too, and `npm test` does not. */
const withFloods = isLonger

describe('honest people trade, and refuse who attacks them:', () => {
  it.each<[string, string, Partial<AttackOptions>]>([
    ['forged-offers', 'invalid-offer', {}],
    ['endless-frames', 'endless-frame', { identities: 2 }],
    ...(withFloods ? [['offer-flood', 'flood', { perSecond: 1_500 }] as [string, string, object]] : []),
  ])('%s', async (name, offence, options) => {
    const { seller, attack } = await attacked(name, options)
    await didSomething(attack)
    await until(() => reasons(seller).size > 0, 40_000)
    const buyer = await buys()
    expect(buyer.status().buyer!.owned).toBe(seller.status().seller!.sold)
    const refusals = seller.refusals()
    expect(refusals.map(({ peer }) => peer).every((peer) => attack.peerIds.includes(peer))).toBe(true)
    expect(refusals.flatMap(({ counts }) => Object.keys(counts))).toContain(offence)
    expect(buyer.refusals().every(({ peer }) => attack.peerIds.includes(peer))).toBe(true)
  })
})

describe.runIf(withFloods)('honest people trade beside', () => {
  it.each<[string, Partial<AttackOptions>]>([
    ['absurd-offers', {}],
    ['sybil-offers', { perSecond: 300, identities: 2 }],
    ['stream-flood', { perSecond: 200, identities: 2 }],
    ['control-flood', { perSecond: 50 }],
    ['connection-storm', { perSecond: 50, identities: 2 }],
    ['reserve-poisoner', {}],
    ['bid-flood', { identities: 20 }],
  ])('%s', async (name, options) => {
    const { seller, attack } = await attacked(name, options)
    await didSomething(attack)
    const buyer = await buys()
    await until(() => buyer.status().buyer!.owned === seller.status().seller!.sold)
    for (const { peer } of [...seller.refusals(), ...buyer.refusals()]) expect(attack.peerIds).toContain(peer)
  })
})

it.each(['never-accepts', 'always-declines'])('a buyer that wins and %s is kept out', async (name) => {
  const { seller, attack } = await attacked(name)
  await until(() => (attack.did()['refused in-default'] ?? 0) > 0, 50_000)
  expect(seller.status().seller).toMatchObject({ open: true, sold: 0 })
})

it('a seller that signs two awards for one round leaves a proof with its buyer, for anybody to check', async () => {
  const buyer = await market.start('buyer', { wants })
  buyer.trade()
  const attack = await attackOn([buyer], 'double-awards')
  await new Promise<void>((resolve) => buyer.onFact(({ type }) => void (type === 'equivocated' && resolve())))
  const saved = (await buyer.contents()).find(({ key }) => key.startsWith('proof/'))
  const proof = proofFromJson(saved!.value)!
  expect(judge(ed25519Verifier, proof)).toEqual({ type: 'proven', against: attack.peerIds[0] })
  const [shown] = proofViewsOf(await buyer.contents())
  const { equivocations } = verifyReceipts(documentSchema.parse(asDocument(shown)), ed25519Verifier)
  expect(equivocations).toMatchObject([{ seller: attack.peerIds[0], buyer: buyer.peerId }])
})

it('a seller that hides a standing bid is convicted by its bidder’s quote and a winner’s award', async () => {
  const trace = join(market.folder, 'hidden.jsonl')
  const hidden = await market.start('hidden', { wants, trace })
  const attack = await attackOn([hidden], 'hidden-bids')
  hidden.trade()
  await until(() => hidden.view.bids().some(({ quote }) => quote !== undefined))
  const winner = await buys()
  const stepsSoFar = () =>
    readFileSync(trace, 'utf8')
      .split('\n')
      .map(readLine)
      .flatMap((read) => (read.ok && read.line.type === 'step' ? [read.line] : []))
  const quoteIn = (steps: ReturnType<typeof stepsSoFar>) =>
    steps
      .flatMap(({ event }) => (event.type === 'direct' ? [event.message] : []))
      .find((message): message is Sealed<Quote> => message.body.type === 'quote')
  // A trace is written a few times a second: the whole deal may be over before.
  await until(() => quoteIn(stepsSoFar()) !== undefined)
  const steps = stepsSoFar()
  const quote = quoteIn(steps)!
  const bid = steps
    .flatMap(({ effects }) => effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : [])))
    .find((sent): sent is Sealed<Bid> => sent.body.type === 'bid' && sent.body.sequence === quote.body.bidSequence)!
  const [receipt] = receiptViewsOf(await winner.contents())
  const award = sealedFromJson(receipt!.proof.award, 'award')!
  const proof = proofToJson({ type: 'hidden-bid', bid, quote, award })
  const { hiddenBids } = verifyReceipts(documentSchema.parse(asDocument(proof)), ed25519Verifier)
  expect(hiddenBids).toMatchObject([{ seller: attack.peerIds[0], buyer: hidden.peerId, answerable: true }])
})

it('a seller that charges too much is declined, and the honest one sells', async () => {
  const buyer = await market.start('buyer', { wants })
  const seller = await market.start('seller', { sells })
  const attack = await attackOn([buyer, seller], 'wrong-awards')
  const done = bought(buyer)
  buyer.trade()
  await until(() => (attack.did()['declined award-mismatch'] ?? 0) > 0)
  seller.trade()
  await done
  expect(buyer.status().buyer!.owned).toBeGreaterThan(0)
  expect(attack.did()['got accept']).toBeUndefined()
})

it('every attack has a name, and none twice', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length)
})
