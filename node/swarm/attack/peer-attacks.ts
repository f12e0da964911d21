/** Attacks on what carries messages: connections, streams, frames, and gossip's own control messages. */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import type { RPC } from '@chainsafe/libp2p-gossipsub/message'
import type { Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import {
  auctionProtocolId,
  offersDifferenceProtocolId,
  offersProtocolId,
  offersTopicOf,
} from '../../../src/protocol/topics.js'
import type { Attack } from './attack.js'
import { Deeds, Intruder, repeating } from './intruder.js'

const gossipProtocolId = '/meshsub/1.1.0'
const protocols = [auctionProtocolId, offersProtocolId, offersDifferenceProtocolId, gossipProtocolId]

/** A length of 1 GB, as a varint. */
const giant = Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x04)

const tricks: readonly (readonly [string, (stream: Stream) => void])[] = [
  ['giant frames', (stream) => void stream.send(new Uint8Array([...giant, ...new Uint8Array(65_536)]))],
  ['lengths without end', (stream) => void stream.send(new Uint8Array(64).fill(0xff))],
  ['truncated frames', truncate],
  ['dripping frames', (stream) => drip(stream)],
  ['frames of noise', (stream) => void stream.send(Uint8Array.of(0x04, 0xff, 0xff, 0xff, 0xff))],
]

/** Says 255 bytes, sends one, and closes. */
function truncate(stream: Stream): void {
  stream.send(Uint8Array.of(0xff, 0x01, 0x08))
  stream.close().catch(() => {})
}

/** Says 100 000 bytes and sends one in 100 ms. */
function drip(stream: Stream): void {
  stream.send(Uint8Array.of(0xa0, 0x8d, 0x06))
  const timer = setInterval(() => {
    if (stream.writeStatus === 'writable') stream.send(Uint8Array.of(0x08))
    else clearInterval(timer)
  }, 100)
  timer.unref()
}

export const endlessFrames: Attack = {
  name: 'endless-frames',
  what: 'giant, truncated, dripping and never-ending frames on every protocol, gossip included',
  async start(options) {
    const count = options.identities ?? 5
    const intruders = await Promise.all(Array.from({ length: count }, () => Intruder.enter(options)))
    const deeds = new Deeds()
    let turn = 0
    const act = async (): Promise<void> => {
      const [what, trick] = tricks[turn % tricks.length]!
      const intruder = intruders[turn % intruders.length]!
      const protocol = protocols[Math.floor(turn / tricks.length) % protocols.length]!
      turn += 1
      for (const stream of await intruder.streams(protocol)) {
        try {
          trick(stream)
          deeds.add(what)
        } catch {
          deeds.add('refused')
        }
      }
    }
    return repeating(intruders, { perSecond: options.perSecond ?? 50, deeds, act })
  },
}

export const streamFlood: Attack = {
  name: 'stream-flood',
  what: 'thousands of streams that are opened and left',
  async start(options) {
    const count = options.identities ?? 3
    const intruders = await Promise.all(Array.from({ length: count }, () => Intruder.enter(options)))
    const deeds = new Deeds()
    let turn = 0
    const act = (): void => {
      turn += 1
      const intruder = intruders[turn % intruders.length]!
      void intruder.streams(protocols[turn % protocols.length]!).then((opened) => {
        deeds.add('streams opened', opened.length)
        deeds.add('streams refused', options.targets.length - opened.length)
      })
    }
    return repeating(intruders, { perSecond: options.perSecond ?? 500, deeds, act })
  },
}

/** In one message as many as a node reads: of each list, the most that {@link rpcLimits} allow. */
const [entriesPerMessage, idsPerMessage] = [128, 5_000]
const idBytes = 32

const controls: readonly (readonly [string, (topic: string) => Partial<RPC.ControlMessage>])[] = [
  ['grafts', (topicID) => ({ graft: times(entriesPerMessage, () => ({ topicID })) })],
  ['prunes', (topicID) => ({ prune: times(entriesPerMessage, () => ({ topicID, peers: [], backoff: 3_600 })) })],
  ['grafts of nothing', () => ({ graft: times(entriesPerMessage, (n) => ({ topicID: `nothing ${n}` })) })],
  [
    'announcements',
    (topicID) => ({ ihave: [{ topicID, messageIDs: times(idsPerMessage, () => randomBytes(idBytes)) }] }),
  ],
  ['requests', () => ({ iwant: [{ messageIDs: times(idsPerMessage, () => randomBytes(idBytes)) }] })],
]

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n))

export const controlFlood: Attack = {
  name: 'control-flood',
  what: 'gossip that carries no offers: floods of GRAFT, PRUNE, IHAVE and IWANT',
  async start(options) {
    const intruders = await Promise.all(times(options.identities ?? 2, () => Intruder.enter(options)))
    const topic = offersTopicOf({ market: options.market, shard: 0 })
    const deeds = new Deeds()
    let turn = 0
    const act = (): void => {
      const [what, control] = controls[turn % controls.length]!
      const sent = intruders[turn++ % intruders.length]!.control(control(topic))
      deeds.add(sent > 0 ? what : 'not sent: disconnected', Math.max(1, sent))
    }
    return repeating(intruders, { perSecond: options.perSecond ?? 200, deeds, act })
  },
}

/** Sockets that say nothing, or nothing sensible, and stay. */
class Sockets {
  readonly #open = new Set<Socket>()

  constructor(readonly deeds: Deeds) {}

  open(target: string, says: Uint8Array | undefined): void {
    const { host, port } = endpointOf(target)
    const socket = connect({ host, port }, () => {
      this.deeds.add(says === undefined ? 'silent sockets' : 'sockets of noise')
      if (says !== undefined) socket.write(says)
    })
    this.#open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#open.delete(socket))
  }

  end(): void {
    for (const socket of this.#open) socket.destroy()
  }
}

function endpointOf(target: string): { readonly host: string; readonly port: number } {
  const [ip, tcp] = multiaddr(target).getComponents()
  return { host: ip?.value ?? '', port: Number(tcp?.value) }
}

export const connectionStorm: Attack = {
  name: 'connection-storm',
  what: 'connections that are made and cut again and again, and sockets that never finish a handshake',
  async start(options) {
    const intruders = await Promise.all(times(options.identities ?? 4, () => Intruder.enter(options)))
    const deeds = new Deeds()
    const sockets = new Sockets(deeds)
    let turn = 0
    const act = (): void => {
      const target = options.targets[Math.floor(turn / 2) % options.targets.length]!
      const intruder = intruders[turn % intruders.length]!
      if (turn++ % 4 !== 0) sockets.open(target, turn % 2 === 0 ? undefined : randomBytes(256))
      else
        intruder.reconnect(target).then(
          () => deeds.add('connections cut and made again'),
          () => deeds.add('connections refused'),
        )
    }
    const running = repeating(intruders, { perSecond: options.perSecond ?? 100, deeds, act })
    return {
      ...running,
      stop: async () => {
        sockets.end()
        await running.stop()
      },
    }
  },
}
