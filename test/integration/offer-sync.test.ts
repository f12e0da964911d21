import { encode as lengthPrefixed } from 'it-length-prefixed'
import { afterEach, describe, expect, it } from 'vitest'
import type { OfferSyncSettings } from '../../node/libp2p/offer-sync.js'
import { encode } from '../../src/protocol/codec.js'
import { encodeOfferQuestion } from '../../src/protocol/offer-index.js'
import { encodeOfferRequest } from '../../src/protocol/offer-sync.js'
import { offersDifferenceProtocolId, offersProtocolId, shardOf } from '../../src/protocol/topics.js'
import { megabytes } from '../../src/units.js'
import {
  faults,
  lies,
  market,
  offerOf,
  offersOf,
  type SyncPeer,
  sellerAt,
  startFaulty,
  startPaging,
  startPeer,
  telling,
} from './offer-peers.js'
import { connect, startNode, type TestNode, until } from './swarm.js'

const everything: (() => Promise<void>)[] = []
const keep = <T extends { stop(): Promise<void> }>(one: T): T => {
  everything.push(() => one.stop())
  return one
}

const joinerWith = async (settings: Partial<OfferSyncSettings> = {}): Promise<SyncPeer> => {
  const quick = { slowMs: 150, patienceMs: 100, ...settings }
  return keep(await startPeer([], quick))
}

afterEach(async () => {
  await Promise.all(everything.splice(0).map((stop) => stop()))
})

describe('offer sync', () => {
  it('brings a late joiner every offer once, from several peers at a time', async () => {
    const offers = await offersOf(300)
    const olds = [keep(await startPeer(offers)), keep(await startPeer(offers)), keep(await startPeer(offers))]
    const joiner = keep(await startPeer([]))
    await Promise.all(olds.map((old) => connect(joiner.node, old.node)))
    await until(() => joiner.book.size === 300 && joiner.sync.last !== undefined)
    expect(joiner.received).toHaveLength(300)
    expect(joiner.offences).toEqual([])
  })

  it('of a node that hears some shards brings the offers of these and of no others', async () => {
    const offers = await offersOf(120)
    const heard = { count: 4, shards: [1, 2] }
    const mine = offers.filter(({ signer }) => heard.shards.includes(shardOf(signer, heard.count)))
    expect(mine.length).toBeGreaterThan(0)
    const other = keep(await startPeer(offers))
    const node = keep(await startPeer([], {}, { heard }))
    await connect(node.node, other.node)
    await until(() => node.sync.last !== undefined)
    expect(node.received).toHaveLength(mine.length)
    expect(node.book.page('', 1_000).offers.map(({ body }) => body.offer)).toEqual(
      mine.map(({ body }) => body.offer).sort(),
    )
  })

  it('takes what a peer tells that does not know shards in a question, and holds nothing against it', async () => {
    const offers = await offersOf(20)
    const older = keep(await startFaulty(offers, telling))
    const node = keep(await startPeer([], {}, { heard: { count: 4, shards: [0] } }))
    await connect(node.node, older)
    await until(() => node.sync.last !== undefined)
    expect([node.sync.last!.told, node.book.size, node.offences]).toEqual([1, 20, []])
  })

  it('asks for what is missing or newer and for nothing else', async () => {
    const offers = await offersOf(200)
    const newer = offerOf(await sellerAt(7), { sequence: 9, stock: megabytes(100) })
    const other = keep(await startPeer([...offers.filter((_, at) => at !== 7), newer]))
    const node = keep(await startPeer(offers.slice(0, 190)))
    await connect(node.node, other.node)
    await until(() => node.sync.last !== undefined)
    expect(node.received).toHaveLength(11)
    expect(node.book.get(newer.body.offer)?.body.sequence).toBe(9)
    expect(node.sync.last!.bytes).toBeLessThan(200 * 16 + 11 * 600)
  })

  it('asks enough peers for one to be honest, if no more than a third are empty', async () => {
    const offers = await offersOf(20)
    const empties = await Promise.all(Array.from({ length: 4 }, async () => keep(await startPeer([]))))
    const olds = await Promise.all(Array.from({ length: 8 }, async () => keep(await startPeer(offers))))
    const joiner = await joinerWith()
    for (const { node } of [...empties, ...olds]) await connect(joiner.node, node)
    await until(() => joiner.node.host.getPeers().length === 12)
    await until(() => joiner.book.size === 20)
  })

  it.each(Object.keys(faults))('is complete with a peer that is faulty: %s', async (name) => {
    const offers = await offersOf(150)
    const faulty = keep(await startFaulty(offers, faults[name]!))
    const olds = [keep(await startPeer(offers)), keep(await startPeer(offers))]
    // Half a second is short for an honest answer on a crowded machine; whoever misses it is asked again in the next round.
    const joiner = await joinerWith({ answerMsMax: 500, syncMs: 1_000 })
    await connect(joiner.node, faulty)
    await Promise.all(olds.map((old) => connect(joiner.node, old.node)))
    await until(() => joiner.book.size === 150)
    await until(() => joiner.sync.last !== undefined)
    if (lies.has(name)) await until(() => joiner.offences.length > 0)
    expect(joiner.offences.every(({ peer, offence }) => peer === faulty.id && offence === 'false-page')).toBe(true)
    if (!lies.has(name)) expect(joiner.offences).toEqual([])
  })

  it('goes on where a stream was cut', async () => {
    const offers = await offersOf(200)
    let cuts = 2
    const flaky = keep(
      await startFaulty(offers, (stream, { question, answer }) => {
        if (question.type === 'offers' && cuts > 0 && cuts-- > 0) stream.abort(new Error('cut'))
        else stream.send(lengthPrefixed.single(answer()))
      }),
    )
    const joiner = await joinerWith()
    await connect(joiner.node, flaky)
    await until(() => joiner.book.size === 200)
    expect(joiner.received).toHaveLength(200)
  })

  it('comes round again by itself, and at once when the clock has jumped', async () => {
    const offers = await offersOf(2)
    const old = keep(await startPeer(offers.slice(0, 1)))
    let asleepMs = 0
    const now = (): number => Date.now() + asleepMs
    const node = keep(await startPeer([], { tickMs: 20, jumpMs: 5_000 }, { now }))
    await connect(node.node, old.node)
    await until(() => node.book.size === 1)
    old.book.put(offers[1]!)
    asleepMs = 3_600_000
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    asleepMs += 3_600_000
    await until(() => node.book.size === 2)
    const often = keep(await startPeer([], { syncMs: 20 }))
    await connect(often.node, old.node)
    await until(() => often.book.size === 2)
    const rounds = new Set<unknown>()
    await until(() => rounds.add(often.sync.last).size > 3)
  })

  it('takes nothing from another market', async () => {
    const old = keep(await startPeer(await offersOf(3), {}, { market: 'elsewhere' }))
    const joiner = await joinerWith()
    await connect(joiner.node, old.node)
    await until(() => joiner.sync.last !== undefined)
    expect(joiner.received).toEqual([])
    expect(joiner.offences).toEqual([])
  })
})

describe('a peer that speaks in pages only', () => {
  const told = async (node: TestNode): Promise<SyncPeer> => {
    keep(node)
    const joiner = await joinerWith()
    await connect(joiner.node, node)
    await until(() => joiner.sync.last !== undefined)
    return joiner
  }

  it('tells all that it knows, over as many pages as it takes', async () => {
    const { node, asked } = await startPaging(await offersOf(150))
    const joiner = await told(node)
    expect(joiner.book.size).toBe(150)
    expect(asked).toHaveLength(3)
  })

  it.each<[string, Parameters<typeof startPaging>[1]]>([
    ['repeats a page', (after, { offers, next }) => ({ offers, next: after === '' ? next : after })],
    ['sends pages out of order', (_, { offers, next }) => ({ offers: offers.toReversed(), next })],
    ['always has a next page', (after, { offers }) => ({ offers, next: `${after.slice(0, 52)}/7` })],
    ['sends no offers and goes on', (_, { next }) => ({ offers: [], next })],
  ])('is left when it %s', async (_, pageFor) => {
    const { node, asked } = await startPaging(await offersOf(150), pageFor)
    const joiner = await told(node)
    expect(joiner.offences).toEqual([{ peer: node.id, offence: 'false-page' }])
    expect(asked.length).toBeLessThan(4)
  })
})

describe('a node that is asked', () => {
  const ask = async (to: SyncPeer, protocol: string, bytes: Uint8Array) => {
    const asker = keep(await startNode())
    await connect(asker, to.node)
    const stream = await asker.host.dialProtocol(to.node.host.peerId, protocol)
    const answers: Uint8Array[] = []
    stream.addEventListener('message', ({ data }) => answers.push(data.slice()))
    stream.send(bytes)
    return { stream, answers, asker }
  }

  it.each([
    ['is no request', lengthPrefixed.single(new Uint8Array(20).fill(0xff))],
    ['is too large', lengthPrefixed.single(new Uint8Array(10_000))],
    ['never ends its length', new Uint8Array(64).fill(0xff)],
  ])('cuts off a stream whose request %s, and answers the next', async (_, bytes) => {
    const old = keep(await startPeer(await offersOf(1)))
    for (const protocol of [offersProtocolId, offersDifferenceProtocolId]) {
      const { stream } = await ask(old, protocol, bytes.slice())
      await until(() => stream.status !== 'open')
    }
    const request = lengthPrefixed.single(encodeOfferRequest({ market, after: '', limit: 10 })).slice()
    const { answers } = await ask(old, offersProtocolId, request)
    await until(() => answers.length > 0)
  })

  it('answers many questions on a stream, and ends it when there are too many', async () => {
    const offers = await offersOf(1)
    const old = keep(await startPeer(offers))
    const question = lengthPrefixed.single(encodeOfferQuestion({ type: 'index', market, after: '', limit: 10 })).slice()
    const { stream, answers } = await ask(old, offersDifferenceProtocolId, question)
    for (let n = 0; n < 1_000 && stream.writeStatus === 'writable'; n += 1) {
      stream.send(question.slice())
      if (n % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => stream.status !== 'open')
    const bytes = answers.reduce((sum, { length }) => sum + length, 0)
    expect(bytes / answers[0]!.length).toBeGreaterThan(100)
    expect(bytes / answers[0]!.length).toBeLessThan(400)
    expect(encode(offers[0]!).length).toBeLessThan(600)
  })
})
