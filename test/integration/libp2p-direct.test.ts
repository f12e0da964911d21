import { generateKeyPair } from '@libp2p/crypto/keys'
import { decode, encode } from 'it-length-prefixed'
import { afterEach, describe, expect, it } from 'vitest'
import { meshPeersOf } from '../../node/libp2p/shim.js'
import { auctionProtocolId } from '../../src/protocol/topics.js'
import { auctionStreamsOf, bytesOf, connect, startNode, stopAll, type TestNode, topic, until } from './swarm.js'

const text = ({ heard }: TestNode): readonly string[] => heard.directed.map(({ text }) => text)
const send = (from: TestNode, to: TestNode, message: string): void =>
  from.transport.send(to.id, bytesOf(message), to.addresses)

describe('the auction stream', () => {
  let nodes: TestNode[] = []
  const start = async (...options: Parameters<typeof startNode>) => {
    const node = await startNode(...options)
    nodes.push(node)
    return node
  }

  afterEach(async () => {
    await stopAll(nodes)
    nodes = []
  })

  it('is one for each pair, whichever side speaks', async () => {
    const [buyer, seller, other] = [await start(), await start(), await start()]
    seller.heard.onDirect = (from, bytes) => seller.transport.send(from, bytes, [])
    for (let number = 0; number < 10; number += 1) {
      send(buyer, seller, `bid ${number}`)
      await until(() => text(buyer).length > number)
    }
    send(seller, buyer, 'award')
    await until(() => text(buyer).includes('award'))
    expect(auctionStreamsOf(buyer)).toBe(1)
    expect(auctionStreamsOf(seller)).toBe(1)
    send(other, seller, 'bid')
    await until(() => text(other).length > 0)
    expect(auctionStreamsOf(seller)).toBe(2)
    expect(seller.host.getConnections()).toHaveLength(2)
  })

  it('uses the connection that stands rather than dial again', async () => {
    const [a, b] = [await start(), await start()]
    await connect(b, a)
    await until(() => a.host.getConnections().length > 0)
    a.transport.send(b.id, bytesOf('over the standing connection'), [])
    await until(() => text(b).length > 0)
    expect(a.host.getConnections()).toHaveLength(1)
  })

  it('ends as one, with nothing lost, when both sides open at once', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const [a, b] = [await start(), await start()]
      if (attempt > 0) await connect(a, b)
      const numbers = Array.from({ length: 20 }, (_, number) => `${number}`)
      for (const number of numbers) {
        send(a, b, number)
        send(b, a, number)
        if (Number(number) % 4 === attempt % 4) await new Promise(setImmediate)
      }
      await until(() => text(a).length >= 20 && text(b).length >= 20)
      for (const node of [a, b]) expect(node.heard.directed.map(({ text }) => text).sort()).toEqual([...numbers].sort())
      await until(() => auctionStreamsOf(a) === 1 && auctionStreamsOf(b) === 1)
      send(a, b, 'still open')
      send(b, a, 'still open')
      await until(() => text(a).includes('still open') && text(b).includes('still open'))
      expect([...a.heard.lost, ...b.heard.lost]).toEqual([])
    }
  })

  it('is opened again after the peer was restarted, and tells of what was lost in between', async () => {
    const privateKey = await generateKeyPair('Ed25519')
    const a = await start()
    const first = await start({ privateKey })
    send(a, first, 'before')
    await until(() => text(first).length > 0)
    const port = Number(
      first.host
        .getMultiaddrs()[0]
        ?.getComponents()
        .find(({ name }) => name === 'tcp')?.value,
    )
    await first.stop()
    await until(() => a.host.getConnections().length === 0)
    send(a, first, 'while it is down')
    await until(() => a.heard.lost.length > 0)
    const second = await start({ privateKey, port })
    send(a, second, 'after')
    await until(() => text(second).length > 0)
    expect(text(second)).toEqual(['after'])
    expect(a.heard.lost).toEqual([second.id])
  })

  it('reports once for all that waited for a peer that cannot be reached', async () => {
    const gone = await start()
    await gone.stop()
    const a = await start()
    for (let number = 0; number < 10; number += 1) send(a, gone, `${number}`)
    await until(() => a.heard.lost.length > 0)
    expect(a.heard.lost).toEqual([gone.id])
  })

  it('does not go to an address where someone else answers', async () => {
    const [a, b, impostor] = [await start(), await start(), await start()]
    a.transport.send(b.id, bytesOf('for b alone'), impostor.addresses)
    await until(() => a.heard.lost.length > 0)
    expect(text(impostor)).toEqual([])
  })

  it('delivers what was published and sent right before its node stops', async () => {
    const [a, b] = [await start(), await start()]
    send(a, b, 'bid')
    await until(() => text(b).length > 0 && meshPeersOf(a.host.services.pubsub, topic).length > 0)
    a.transport.publish(bytesOf('my offer is closed'))
    send(a, b, 'my bid is withdrawn')
    await a.stop()
    await until(() => text(b).includes('my bid is withdrawn') && b.heard.gossiped.length > 0)
    expect(b.heard.gossiped.map(({ text }) => text)).toEqual(['my offer is closed'])
  })

  it('refuses new messages, and keeps the old, when too many wait for one peer', async () => {
    const b = await start()
    const a = await start({ limits: { outgoingMax: 3 } })
    for (let number = 0; number < 5; number += 1) send(a, b, `${number}`)
    await until(() => text(b).length >= 3 && a.heard.lost.length > 0)
    expect(text(b)).toEqual(['0', '1', '2'])
    expect(a.heard.lost).toEqual([b.id])
  })

  it('holds back for a peer that does not read, refuses more than its bound, and delivers what it took', async () => {
    const [a, b] = [await start({ limits: { outgoingMax: 2 } }), await start()]
    await b.host.unhandle(auctionProtocolId)
    let read = (): void => {}
    let received = 0
    await b.host.handle(auctionProtocolId, async (stream) => {
      stream.pause()
      read = () => stream.resume()
      for await (const frame of decode(stream)) received += frame.byteLength
    })
    await connect(a, b)
    const message = new Uint8Array(100_000)
    let sent = 0
    while (a.heard.lost.length === 0) {
      a.transport.send(b.id, message, [])
      sent += 1
      await new Promise(setImmediate)
    }
    const taken = a.transport.traffic().direct.out
    expect(taken.messages).toBe(sent - 1)
    expect(taken.bytes).toBeLessThan(2_000_000)
    read()
    await until(() => received === taken.bytes)
  })

  it('is full for more peers than it may have, and free again when one leaves', async () => {
    const a = await start({ limits: { peersMax: 1 } })
    const [b, c] = [await start(), await start()]
    send(a, b, 'to b')
    await until(() => text(b).length > 0)
    send(a, c, 'to c')
    await until(() => a.heard.lost.length > 0)
    const refused = await c.host.dialProtocol(a.host.getMultiaddrs(), auctionProtocolId)
    await until(() => refused.status !== 'open')
    await b.stop()
    await until(() => a.host.getConnections(b.host.peerId).length === 0)
    send(a, c, 'to c again')
    await until(() => text(c).length > 0)
    expect(text(c)).toEqual(['to c again'])
  })
})

describe('a damaged stream', () => {
  let nodes: TestNode[] = []

  afterEach(async () => {
    await stopAll(nodes)
  })

  const hostile: readonly (readonly [string, Uint8Array])[] = [
    ['whose frame is announced as too large', Uint8Array.of(0xff, 0xff, 0xff, 0x7f)],
    ['whose length never ends', new Uint8Array(64).fill(0xff)],
    ['that stops within a frame', encode.single(new Uint8Array(500)).subarray(0, 200)],
  ]

  it.each(hostile)('%s is cut off alone: the connection and its other streams go on', async (_, bytes) => {
    const [a, b] = [await startNode(), await startNode()]
    nodes = [a, b]
    await connect(a, b)
    const stream = await a.host.dialProtocol(b.host.peerId, auctionProtocolId)
    stream.send(encode.single(bytesOf('first, something whole')))
    stream.send(bytes)
    await stream.close().catch(() => {})
    await until(() => stream.status !== 'open' && auctionStreamsOf(b) === 0)
    expect(text(b)).toEqual(['first, something whole'])
    send(b, a, 'the connection is still there')
    await until(() => text(a).length > 0)
    expect(b.host.getConnections()).toHaveLength(1)
  })
})
