/** Real attackers against real nodes: honest people trade, attackers are found out, and nobody else is. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MarketNode, type MarketNodeOptions, startMarketNode } from '../../node/market-node.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { AttackOptions, RunningAttack } from '../../node/swarm/attack/attack.js'
import { attackNamed, attacks } from '../../node/swarm/attack/attacks.js'
import { lanRules } from '../../src/agent/rules.js'
import { judge, proofFromJson } from '../../src/protocol/proof.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { until } from './swarm.js'

const market = 'attacked'
/** Patience is what attackers live on; here there is little of it. */
const impatience = { silenceMsMax: millis(1_000), acceptMsMax: millis(1_000) }
const rules = { ...lanRules, ...impatience, idleMsMax: millis(60_000) }
const sells = {
  stock: megabytes(6_000),
  floor: ticks(8_000),
  policy: 'tracking',
  closesAfterMs: millis(3_600_000),
} as const
const wants = {
  valuation: { kind: 'alpha-fair', sigma: 60, alpha: 0.5, demand: 4 },
  budget: undefined,
  strategy: 'minimal-pool',
} as const

let folder = ''
const nodes: MarketNode[] = []
let running: RunningAttack | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-attacks-'))
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  for (const node of nodes.splice(0)) await node.stop({ withdraw: false })
  await rm(folder, { recursive: true })
})

async function startNode(name: string, options: Partial<MarketNodeOptions>): Promise<MarketNode> {
  const base = { name, folder: join(folder, name), market, listen: ['/ip4/127.0.0.1/tcp/0'], local: true, rules }
  const bootstrap = nodes.flatMap((node) => node.addresses())
  const node = await startMarketNode({ ...base, bootstrap, log: pino({ level: 'silent' }), ...options })
  nodes.push(node)
  return node
}

/** A seller that is attacked before a buyer comes. */
async function attacked(name: string, options: Partial<AttackOptions> = {}) {
  const seller = await startNode('seller', { sells })
  seller.trade()
  running = await attackNamed(name)!.start({ market, targets: seller.addresses().slice(0, 1), ...options })
  return { seller, attack: running }
}

async function buys(): Promise<MarketNode> {
  const buyer = await startNode('buyer', { wants })
  const bought = new Promise<void>((resolve) => buyer.onFact(({ type }) => void (type === 'bought' && resolve())))
  buyer.trade()
  await bought
  return buyer
}

const reasons = (node: MarketNode) => new Set(node.refusals().map(({ offence }) => offence))
const didSomething = (attack: RunningAttack) => until(() => Object.values(attack.did()).some((times) => times > 4))

/** They keep a processor busy, so `npm run test:attacks` runs them too, and `npm test` does not. */
const withFloods = process.env['OVERAGE_FLOODS'] !== undefined

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
    ['bid-flood', { identities: 20 }],
  ])('%s', async (name, options) => {
    const { seller, attack } = await attacked(name, options)
    await didSomething(attack)
    const buyer = await buys()
    await until(() => buyer.status().buyer!.owned === seller.status().seller!.sold)
    for (const { peer } of [...seller.refusals(), ...buyer.refusals()]) expect(attack.peerIds).toContain(peer)
  })
})

it('a buyer that never accepts is kept out', async () => {
  const { seller, attack } = await attacked('never-accepts')
  await until(() => (attack.did()['refused in-default'] ?? 0) > 0, 50_000)
  expect(seller.status().seller).toMatchObject({ open: true, sold: 0 })
})

it('a seller that signs two awards for one round leaves a proof with its buyer, for anybody to check', async () => {
  const buyer = await startNode('buyer', { wants })
  buyer.trade()
  running = await attackNamed('double-awards')!.start({ market, targets: buyer.addresses().slice(0, 1) })
  await new Promise<void>((resolve) => buyer.onFact(({ type }) => void (type === 'equivocated' && resolve())))
  const saved = (await buyer.contents()).find(({ key }) => key.startsWith('proof/'))
  const proof = proofFromJson(saved!.value)!
  expect(judge(ed25519Verifier, proof)).toEqual({ type: 'proven', against: running.peerIds[0] })
})

it('a seller that charges too much is declined, and the honest one sells', async () => {
  const buyer = await startNode('buyer', { wants })
  const seller = await startNode('seller', { sells })
  running = await attackNamed('wrong-awards')!.start({ market, targets: [buyer, seller].map((n) => n.addresses()[0]!) })
  const bought = new Promise<void>((resolve) => buyer.onFact(({ type }) => void (type === 'bought' && resolve())))
  buyer.trade()
  await until(() => (running!.did()['declined award-mismatch'] ?? 0) > 0)
  seller.trade()
  await bought
  expect(buyer.status().buyer!.owned).toBeGreaterThan(0)
  expect(running.did()['got accept']).toBeUndefined()
})

it('every attack has a name, and none twice', () => {
  expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length)
})
