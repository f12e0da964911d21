/** Real connections over links that are cut, slow or lossy. */
import { createHash } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import { afterEach, describe, expect, it } from 'vitest'
import { goodLink, type Link, laneLimits } from '../../node/libp2p/lane.js'
import { Links } from '../../node/libp2p/links.js'
import { bytesOf, connect, startNode, stopAll, type TestNode, until } from './swarm.js'

const cut: Link = { ...goodLink, cut: true }
const text = ({ heard }: TestNode): readonly string[] => heard.directed.map(({ text }) => text)
const send = (from: TestNode, to: TestNode, message: string): void =>
  from.transport.send(to.id, bytesOf(message), to.addresses)
/** Long enough for what nothing holds up to arrive; where it is held up, any time would do. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 100))

describe('a link', () => {
  let nodes: TestNode[] = []

  afterEach(async () => {
    await stopAll(nodes)
    nodes = []
  })

  /** Two nodes of which the first dials. */
  async function pair() {
    const links = new Links({ seed: 'pair' })
    const [a, b] = [await startNode({ links }), await startNode()]
    nodes = [a, b]
    const lay = (link: Link): void => links.set([[b.id, link]])
    return { a, b, lay }
  }

  it('that is cut holds what either side says, and hands it on in order once it is healed, over the same connection', async () => {
    const { a, b, lay } = await pair()
    send(a, b, 'a before')
    await until(() => text(b).length === 1)
    send(b, a, 'b before')
    await until(() => text(a).length === 1)
    const [connection] = a.host.getConnections()
    lay(cut)
    const said = Array.from({ length: 20 }, (_, number) => `said ${number}`)
    for (const words of said) {
      send(a, b, words)
      send(b, a, words)
    }
    await aWhile()
    expect([text(a), text(b)]).toEqual([['b before'], ['a before']])
    lay(goodLink)
    await until(() => text(a).length > said.length && text(b).length > said.length)
    expect(text(b)).toEqual(['a before', ...said])
    expect(text(a)).toEqual(['b before', ...said])
    expect(a.host.getConnections()).toEqual([connection])
  })

  it('that is cut lets no dial through until it is healed', async () => {
    const { a, b, lay } = await pair()
    lay(cut)
    await expect(a.host.dial(b.host.getMultiaddrs(), { signal: AbortSignal.timeout(200) })).rejects.toThrow()
    const dialling = connect(a, b)
    await aWhile()
    expect(b.host.getConnections()).toEqual([])
    lay(goodLink)
    await dialling
    await until(() => b.host.getConnections().length === 1)
  })

  it('that is cut tells neither side that the other is gone; healed, it does', async () => {
    const { a, b, lay } = await pair()
    await connect(a, b)
    await until(() => b.host.getConnections().length === 1)
    lay(cut)
    await b.host.hangUp(a.host.peerId)
    await aWhile()
    expect(a.host.getConnections()).toHaveLength(1)
    lay(goodLink)
    await until(() => a.host.getConnections().length === 0)

    await connect(a, b)
    await until(() => b.host.getConnections().length === 1)
    lay(cut)
    for (const connection of a.host.getConnections()) connection.abort(new Error('enough'))
    expect(a.host.getConnections()).toHaveLength(0)
    await aWhile()
    expect(b.host.getConnections()).toHaveLength(1)
    lay(goodLink)
    await until(() => b.host.getConnections().length === 0)
  })

  it('takes its time both ways, also for the first words of a connection', async () => {
    const { a, b, lay } = await pair()
    lay({ ...goodLink, latencyMs: 40, jitterMs: 10 })
    const start = performance.now()
    await connect(a, b)
    // TCP, the choice of Noise, Noise, and what follows: at least three round trips.
    expect(performance.now() - start).toBeGreaterThan(3 * 2 * 30)
    b.heard.onDirect = (from, bytes) => b.transport.send(from, bytes, [])
    const asked = performance.now()
    send(a, b, 'echo')
    await until(() => text(a).length === 1)
    expect(performance.now() - asked).toBeGreaterThan(2 * 30)
  })

  it.each([
    ['slow', { ...goodLink, latencyMs: 20, jitterMs: 20 }],
    ['lossy', { ...goodLink, lossPerMille: 20 }],
    ['cut for a while', cut],
  ])('that is %s loses and swaps no byte, however fast they are written', async (_, link) => {
    const { a, b, lay } = await pair()
    const protocol = '/test/bytes/1.0.0'
    const got = createHash('sha256')
    let bytes = 0
    await b.host.handle(protocol, (stream) => {
      stream.addEventListener('message', ({ data }) => {
        got.update(data.subarray())
        bytes += data.byteLength
      })
    })
    const stream = await a.host.dialProtocol(b.host.getMultiaddrs(), protocol)
    lay(link)
    const chunks = Array.from({ length: 40 }, (_, index) => new Uint8Array(32_768).fill(index))
    const size = chunks.length * 32_768
    expect(size).toBeGreaterThan(3 * laneLimits.bytesMax)
    const wrote = createHash('sha256')
    const writing = writeAll(stream, chunks, (chunk) => wrote.update(chunk))
    await aWhile()
    if (link.cut) expect(bytes).toBe(0)
    lay(link.cut ? goodLink : link)
    const waited = await writing
    await until(() => bytes === size)
    expect(got.digest('hex')).toBe(wrote.digest('hex'))
    if (link.cut) expect(waited).toBeGreaterThan(0)
  })
})

/** Returns how often it had to wait. */
async function writeAll(
  stream: Stream,
  chunks: readonly Uint8Array[],
  onWrite: (chunk: Uint8Array) => void,
): Promise<number> {
  let waited = 0
  for (const chunk of chunks) {
    onWrite(chunk)
    if (stream.send(chunk)) continue
    waited += 1
    await stream.onDrain()
  }
  return waited
}
