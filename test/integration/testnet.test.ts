/** A network on loopback as a bundle describes it: found through a bootstrap peer, kept without it, and closed to others. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MarketNode, type MarketNodeOptions, startMarketNode } from '../../node/market-node.js'
import { type NodeNetwork, topicsOf } from '../../node/network.js'
import { arrivalIn } from '../../node/testnet/arrival.js'
import type { Fact } from '../../src/agent/agent.js'
import { lanRules } from '../../src/agent/rules.js'
import { offersTopicOf, shardOf } from '../../src/protocol/topics.js'
import { millis } from '../../src/units.js'
import { sells, wants } from './plans.js'
import { until } from './swarm.js'

const open: NodeNetwork = {
  id: 'ab'.repeat(32),
  role: 'person',
  shards: 1,
  heardShards: 1,
  announce: [],
  multicast: false,
}

let folder = ''
let nodes: MarketNode[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-testnet-'))
})
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.stop({ withdraw: false })))
  await rm(folder, { recursive: true })
})

interface Start extends Partial<Omit<MarketNodeOptions, 'network'>> {
  readonly network?: Partial<NodeNetwork>
}

async function start(name: string, { network = {}, ...options }: Start = {}): Promise<MarketNode> {
  const node = await startMarketNode({
    name,
    folder: join(folder, name),
    market: 'testnet',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    local: true,
    rules: { ...lanRules, idleMsMax: millis(60_000) },
    log: pino({ level: 'silent' }),
    ...options,
    network: { ...open, ...network },
  })
  nodes.push(node)
  return node
}

async function stop(node: MarketNode): Promise<void> {
  nodes = nodes.filter((other) => other !== node)
  await node.stop({ withdraw: false })
}

const startBootstrap = (options: Start = {}): Promise<MarketNode> =>
  start('bootstrap', { ...options, network: { ...options.network, role: 'bootstrap' } })

const acquaintancesOf = (node: MarketNode) => node.status().network?.acquaintances ?? []
const membersOf = (node: MarketNode): readonly string[] =>
  acquaintancesOf(node).flatMap(({ peer, verdict }) => (verdict.type === 'member' ? [peer] : []))
const verdictOn = (node: MarketNode, { peerId }: MarketNode) =>
  acquaintancesOf(node).find(({ peer }) => peer === peerId)?.verdict
const arrivalOf = (node: MarketNode, elapsedMs = 2_000) =>
  arrivalIn(node.status().network!, { elapsedMs, sinceFirstMs: elapsedMs, waitMs: elapsedMs }, node.status().peers)

function factOf(node: MarketNode, type: Fact['type']): Promise<Fact> {
  return new Promise((resolve) => node.onFact((fact) => void (fact.type === type && resolve(fact))))
}

describe('a network', () => {
  it('is found through its bootstrap peer, and by latecomers without it: by what they remember, or are told', async () => {
    const bootstrap = await startBootstrap()
    const given = { bootstrap: bootstrap.addresses() }
    const seller = await start('seller', { ...given, sells })
    const others = [await start('a', given), await start('b', given), await start('c', given)]
    seller.trade()
    await until(() => [seller, ...others].every((node) => membersOf(node).length >= 4))
    await until(() => others.every((node) => node.status().offersKnown === 1))
    // Whom the look-up table had found before anybody told of it counts as found.
    expect(others.flatMap(acquaintancesOf).some(({ via }) => via === 'exchanged' || via === 'found')).toBe(true)

    // One that was there before, and one that knows a single peer, now that nobody else's address is in any bundle.
    await stop(others[2]!)
    await stop(bootstrap)
    const again = await start('c', given)
    const late = await start('late', { bootstrap: others[0]!.addresses() })
    await until(() => [again, late].every((node) => membersOf(node).includes(seller.peerId)))
    await until(() => [again, late].every((node) => node.status().offersKnown === 1))
    expect(arrivalOf(again)).toMatchObject({ type: 'joined' })
    expect(acquaintancesOf(again).every(({ via }) => via !== 'bootstrap')).toBe(true)
  })

  it('lets nobody in who agreed on something else, and both sides know why', async () => {
    const bootstrap = await startBootstrap()
    const given = { bootstrap: bootstrap.addresses() }
    const stranger = await start('stranger', { ...given, network: { id: 'cd'.repeat(32) } })
    const newer = await start('newer', { ...given, network: { version: 2 } })
    for (const one of [stranger, newer]) {
      await until(() => verdictOn(one, bootstrap) !== undefined && verdictOn(bootstrap, one) !== undefined)
      await until(() => one.status().peers === 0)
    }
    expect(verdictOn(stranger, bootstrap)).toEqual({ type: 'other-network', network: open.id })
    expect(verdictOn(newer, bootstrap)).toEqual({ type: 'other-version', version: 1 })
    expect(verdictOn(bootstrap, stranger)).toEqual({ type: 'other-network', network: 'cd'.repeat(32) })
    expect(verdictOn(bootstrap, newer)).toEqual({ type: 'other-version', version: 2 })
    expect([arrivalOf(stranger).type, arrivalOf(newer).type]).toEqual(['other-network', 'other-version'])
  })

  it('with a pre-shared key connects nobody who has another, or none', async () => {
    const key = (fill: number) => new Uint8Array(32).fill(fill)
    const bootstrap = await startBootstrap({ network: { key: key(1) } })
    const given = { bootstrap: bootstrap.addresses() }
    const member = await start('member', { ...given, network: { key: key(1) } })
    const wrong = await start('wrong', { ...given, network: { key: key(2) } })
    const none = await start('none', given)
    const failureOf = (node: MarketNode) => node.status().network?.dials[0]?.failure?.type
    await until(() => membersOf(member).length === 1 && failureOf(wrong) !== undefined)
    // What another key makes of the first bytes may be a length that never comes.
    expect(['no-common-language', 'no-answer']).toContain(failureOf(wrong))
    expect([...membersOf(wrong), ...membersOf(none)]).toEqual([])
  })

  it('tells a node how far its clock is off, by the median of its peers', async () => {
    const bootstrap = await startBootstrap()
    const given = { bootstrap: bootstrap.addresses() }
    const [a, liar] = [await start('a', given), await start('liar', { ...given, network: { now: () => 1_000 } })]
    // Of two opinions the one nearer to its own clock has the last word: a liar alone turns nobody away.
    await until(() => a.status().network?.clock?.peers === 2)
    expect(arrivalOf(a).type).toBe('joined')

    const addresses = [bootstrap, a, liar].flatMap((node) => node.addresses())
    const warnings: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
    const late = await start('late', { bootstrap: addresses, log, network: { now: () => Date.now() - 61_000 } })
    await until(() => late.status().network?.clock?.peers === 3)
    const { offsetMs, uncertaintyMs } = late.status().network!.clock!
    expect(Math.abs(offsetMs - 61_000)).toBeLessThanOrEqual(uncertaintyMs + 1)
    expect(arrivalOf(late).type).toBe('clock-off')
    expect(warnings.join()).toContain('this clock is off')
  })

  it('reaches a node that cannot be dialled through a relay, bids there, and settles', async () => {
    const bootstrap = await startBootstrap()
    const given = { bootstrap: bootstrap.addresses() }
    const hidden = await start('hidden', { ...given, listen: [], sells })
    await until(() => hidden.status().reach === 'relay')
    const buyer = await start('buyer', { ...given, wants })
    const [sold, bought] = [factOf(hidden, 'sold'), factOf(buyer, 'bought')]
    hidden.trade()
    buyer.trade()
    const receipts = (await Promise.all([sold, bought])).map((fact) => 'receipt' in fact && fact.receipt)
    expect(receipts[0]).toEqual(receipts[1])
  })

  it('hears by gossip of an offer that was opened before anybody was there', async () => {
    const early = await start('early', { sells })
    early.trade()
    await until(() => early.status().seller?.open === true)
    expect(early.status().traffic.gossip.out.messages).toBe(0)
    await start('late', { bootstrap: early.addresses() })
    // Long before its offer would be refreshed.
    await until(() => early.status().traffic.gossip.out.messages > 0)
  })

  it('with shards tells each person of those that it hears, and its bootstrap peer of all', async () => {
    const network = { shards: 4, heardShards: 1 }
    const bootstrap = await startBootstrap({ network })
    const given = { bootstrap: bootstrap.addresses(), network }
    const sellers = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => start(`s${n}`, { ...given, sells })))
    const buyer = await start('buyer', { ...given })
    for (const seller of sellers) seller.trade()
    await until(() => bootstrap.status().offersKnown === sellers.length)
    const { listen } = topicsOf('testnet', buyer.peerId, { ...open, ...network })
    const isHeard = ({ peerId }: MarketNode): boolean =>
      listen.includes(offersTopicOf({ market: 'testnet', shard: shardOf(peerId, 4) }))
    const heard = sellers.filter(isHeard).length
    await until(() => buyer.status().offersKnown === heard)
    expect(listen.length).toBeLessThanOrEqual(2)
  })
})
