import { afterEach, describe, expect, it } from 'vitest'
import type { PeerId } from '../../src/ports/signer.js'
import type { Receiver, Transport } from '../../src/ports/transport.js'

export interface TransportNode {
  readonly id: PeerId
  readonly transport: Transport
  /** Where other nodes may reach it. */
  readonly addresses: readonly string[]
}

export interface TransportWorld {
  /** One for each receiver, all of them in one market and able to gossip already. */
  readonly nodes: readonly TransportNode[]
  /** The largest direct message, in bytes. */
  readonly directBytesMax: number
  /** A well-formed id that nobody in this world has. */
  readonly stranger: PeerId
  /** Lets time pass until `condition` holds. */
  until(condition: () => boolean): Promise<void>
  stop(): Promise<void>
}

interface Heard {
  readonly kind: 'gossip' | 'direct' | 'undelivered'
  readonly peer: PeerId
  readonly bytes: readonly number[]
}

class Recorder implements Receiver {
  readonly heard: Heard[] = []

  gossip(peer: PeerId, bytes: Uint8Array): 'accept' {
    this.heard.push({ kind: 'gossip', peer, bytes: [...bytes] })
    return 'accept'
  }

  direct(peer: PeerId, bytes: Uint8Array): void {
    this.heard.push({ kind: 'direct', peer, bytes: [...bytes] })
  }

  undelivered(peer: PeerId): void {
    this.heard.push({ kind: 'undelivered', peer, bytes: [] })
  }
}

/** What every {@link Transport} must do, whatever carries it. */
export function transportCompliance(
  name: string,
  makeWorld: (receivers: readonly Receiver[]) => Promise<TransportWorld>,
): void {
  describe(`${name} as a transport`, () => {
    let world: TransportWorld | undefined

    const start = async (count: number) => {
      const recorders = Array.from({ length: count }, () => new Recorder())
      const started = await makeWorld(recorders)
      world = started
      const node = (index: number) => started.nodes[index]!
      const heardBy = (index: number) => recorders[index]!.heard
      return { ...started, until: (condition: () => boolean) => started.until(condition), node, heardBy }
    }

    afterEach(async () => {
      await world?.stop()
      world = undefined
    })

    it('brings gossip to everyone else once, unchanged, and not back to its author', async () => {
      const { node, heardBy, until } = await start(3)
      node(0).transport.publish(Uint8Array.of(1, 2, 3))
      node(0).transport.publish(Uint8Array.of(4))
      await until(() => heardBy(1).length >= 2 && heardBy(2).length >= 2)
      for (const index of [1, 2]) {
        expect(heardBy(index).map(({ bytes }) => bytes)).toEqual(expect.arrayContaining([[1, 2, 3], [4]]))
        expect(heardBy(index)).toHaveLength(2)
      }
      expect(heardBy(0)).toEqual([])
    })

    it('brings direct messages to their addressee alone, in order, under the name of their sender', async () => {
      const { node, heardBy, until } = await start(3)
      const numbers = Array.from({ length: 50 }, (_, index) => index)
      for (const number of numbers) node(0).transport.send(node(1).id, Uint8Array.of(number), node(1).addresses)
      await until(() => heardBy(1).length >= numbers.length)
      expect(heardBy(1)).toEqual(numbers.map((number) => ({ kind: 'direct', peer: node(0).id, bytes: [number] })))
      expect([...heardBy(0), ...heardBy(2)]).toEqual([])
    })

    it('brings an answer back to where a message came from without an address', async () => {
      const { node, heardBy, until } = await start(2)
      node(0).transport.send(node(1).id, Uint8Array.of(1), node(1).addresses)
      await until(() => heardBy(1).length > 0)
      node(1).transport.send(node(0).id, Uint8Array.of(2), [])
      await until(() => heardBy(0).length > 0)
      expect(heardBy(0)).toEqual([{ kind: 'direct', peer: node(1).id, bytes: [2] }])
    })

    it('carries messages of every size from nothing to the largest, and reports a larger one as undelivered', async () => {
      const { node, heardBy, until, directBytesMax } = await start(2)
      for (const size of [0, 1, directBytesMax, directBytesMax + 1]) {
        node(0).transport.send(node(1).id, new Uint8Array(size), node(1).addresses)
      }
      await until(() => heardBy(1).length >= 3 && heardBy(0).length >= 1)
      expect(heardBy(1).map(({ bytes }) => bytes.length)).toEqual([0, 1, directBytesMax])
      expect(heardBy(0)).toEqual([{ kind: 'undelivered', peer: node(1).id, bytes: [] }])
    })

    it('reports what cannot be delivered, but never while it is being sent', async () => {
      const { node, heardBy, until, stranger } = await start(1)
      node(0).transport.send(stranger, Uint8Array.of(1), [])
      node(0).transport.send('not a peer id at all', Uint8Array.of(1), ['not an address', '/ip4/127.0.0.1/tcp/1'])
      expect(heardBy(0)).toEqual([])
      await until(() => heardBy(0).length >= 2)
      expect(
        heardBy(0)
          .map(({ peer }) => peer)
          .sort(),
      ).toEqual([stranger, 'not a peer id at all'].sort())
    })
  })
}
