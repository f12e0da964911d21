/** Attacks on streams and connections. */
import type { Stream } from '@libp2p/interface'
import { auctionProtocolId, offersDifferenceProtocolId, offersProtocolId } from '../../../src/protocol/topics.js'
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
  what: 'thousands of streams that are opened and left, and connections that are made again and again',
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
