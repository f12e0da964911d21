import { encode } from 'it-length-prefixed'
import { afterEach, describe, expect, it } from 'vitest'
import { OfferSync, type OfferSyncSettings } from '../../node/libp2p/offer-sync.js'
import type { Verdict } from '../../src/ports/transport.js'
import { offerIdOf } from '../../src/protocol/message.js'
import { encodeOfferRequest, type OfferPage } from '../../src/protocol/offer-sync.js'
import { offersProtocolId } from '../../src/protocol/topics.js'
import { bytesOf, connect, startNode, stopAll, type TestNode, textOf, until } from './swarm.js'

/** Ids as offers have them; what stands behind an id is not looked at here. */
const idsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    offerIdOf('12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5', 1_000 + index),
  )

const pageOf = (ids: readonly string[], after: string, limit: number): OfferPage => {
  const rest = ids.filter((id) => id > after)
  const offers = rest.slice(0, limit)
  return { offers: offers.map(bytesOf), next: rest.length > limit ? (offers.at(-1) ?? '') : '' }
}

describe('offer sync', () => {
  let nodes: TestNode[] = []
  let syncs: OfferSync[] = []

  interface SyncNode {
    readonly node: TestNode
    readonly sync: OfferSync
    /** Who told what. */
    readonly told: { readonly from: string; readonly id: string }[]
    readonly pages: { count: number }
  }

  const start = async (
    ids: readonly string[],
    settings: Partial<OfferSyncSettings> = {},
    options: { readonly market?: string; readonly verdict?: Verdict } = {},
  ): Promise<SyncNode> => {
    const { market = 'test', verdict = 'accept' } = options
    const node = await startNode()
    const told: { from: string; id: string }[] = []
    const pages = { count: 0 }
    const sync = new OfferSync({
      host: node.host,
      market,
      page: (after, limit) => {
        pages.count += 1
        return pageOf(ids, after, limit)
      },
      receive: (from, offer) => {
        told.push({ from, id: textOf(offer) })
        return verdict
      },
      settings: { syncMs: 1_000_000, ...settings },
    })
    nodes.push(node)
    syncs.push(sync)
    await sync.start()
    return { node, sync, told, pages }
  }

  const knownTo = ({ told }: SyncNode): readonly string[] => [...new Set(told.map(({ id }) => id))].sort()

  afterEach(async () => {
    await Promise.all(syncs.map((sync) => sync.stop()))
    await stopAll(nodes)
    nodes = []
    syncs = []
  })

  it('brings a late joiner every offer, over as many pages as it takes, and each once from one peer', async () => {
    const ids = idsOf(150)
    const old = await start(ids)
    const joiner = await start([])
    await connect(joiner.node, old.node)
    await until(() => joiner.told.length >= ids.length)
    expect(joiner.told).toEqual(ids.map((id) => ({ from: old.node.id, id })))
    expect(old.pages.count).toBe(3)
  })

  it('asks no more than three of the peers that it meets at once, and more of them later', async () => {
    const olds = await Promise.all(idsOf(5).map((id) => start([id])))
    const joiner = await start([])
    await Promise.all(olds.map((old) => connect(joiner.node, old.node)))
    await until(() => joiner.told.length === 3)
    await until(() => joiner.node.host.getPeers().length === 5)
    for (let round = 0; round < 40 && knownTo(joiner).length < 5; round += 1) await joiner.sync.sync()
    expect(knownTo(joiner)).toEqual(idsOf(5))
  })

  it('comes round again by itself', async () => {
    const old = await start(idsOf(1))
    const joiner = await start([], { syncMs: 20 })
    await connect(joiner.node, old.node)
    await until(() => joiner.told.length >= 3)
  })

  it('gives up on a peer that does not answer, without harm to others', async () => {
    const silent = await startNode()
    nodes.push(silent)
    await silent.host.handle(offersProtocolId, () => {})
    const old = await start(idsOf(2))
    const joiner = await start([], { askMsMax: 100 })
    await Promise.all([connect(joiner.node, silent), connect(joiner.node, old.node)])
    await until(() => joiner.told.length >= 2)
    await joiner.sync.sync()
    expect(knownTo(joiner)).toEqual(idsOf(2))
  })

  it('stops asking a peer whose offers are rejected', async () => {
    const liar = await start(idsOf(150))
    const joiner = await start([], {}, { verdict: 'reject' })
    await connect(joiner.node, liar.node)
    await until(() => joiner.told.length > 0)
    await joiner.sync.stop()
    expect(joiner.told).toHaveLength(1)
  })

  it('takes nothing from another market', async () => {
    const old = await start(idsOf(3), {}, { market: 'elsewhere' })
    const joiner = await start([])
    await connect(joiner.node, old.node)
    await until(() => joiner.node.host.getPeers().length > 0)
    await joiner.sync.sync()
    expect(joiner.told).toEqual([])
    expect(old.pages.count).toBe(0)
  })

  it.each([
    ['is no request', encode.single(bytesOf('not json'))],
    ['is too large', encode.single(new Uint8Array(10_000))],
    ['never ends its length', new Uint8Array(64).fill(0xff)],
  ])('cuts off a stream whose request %s, and answers the next', async (_, bytes) => {
    const old = await start(idsOf(1))
    const joiner = await start([], { askMax: 0 })
    await connect(joiner.node, old.node)
    const stream = await joiner.node.host.dialProtocol(old.node.host.peerId, offersProtocolId)
    stream.send(bytes)
    await until(() => stream.status !== 'open')
    const second = await joiner.node.host.dialProtocol(old.node.host.peerId, offersProtocolId)
    second.send(encode.single(encodeOfferRequest({ market: 'test', after: '', limit: 10 })))
    await until(() => old.pages.count === 1)
  })
})
