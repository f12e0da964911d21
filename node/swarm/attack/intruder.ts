import type { RPC } from '@chainsafe/libp2p-gossipsub/message'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { PeerId, Signer } from '../../../src/ports/signer.js'
import { decode } from '../../../src/protocol/codec.js'
import {
  type DirectMessage,
  limits,
  type Message,
  type Offer,
  type OfferId,
  type Sealed,
} from '../../../src/protocol/message.js'
import { offersTopicOf } from '../../../src/protocol/topics.js'
import { peerNamedBy } from '../../libp2p/address.js'
import { composeLibp2p, type Host } from '../../libp2p/compose.js'
import { OfferSync } from '../../libp2p/offer-sync.js'
import { Libp2pTransport } from '../../libp2p/transport.js'
import { signerOf } from '../../signer-ed25519.js'
import type { AttackOptions, RunningAttack } from './attack.js'

/** Someone with the transport of a node and the manners of none: hears everything, believes everything, sends anything. */
export class Intruder {
  readonly host: Host
  readonly signer: Signer
  readonly #transport: Libp2pTransport
  readonly #sync: OfferSync
  readonly #offers: Map<OfferId, Sealed<Offer>>
  readonly #targets: readonly string[]

  private constructor(
    { targets, market }: AttackOptions,
    { host, signer, onDirect }: { host: Host; signer: Signer; onDirect: (message: Sealed<DirectMessage>) => void },
  ) {
    this.host = host
    this.signer = signer
    this.#targets = targets
    this.#offers = new Map()
    const topic = offersTopicOf({ market, shard: 0 })
    const gossip = (_: PeerId, bytes: Uint8Array) => {
      const decoded = decode(bytes, limits.offerBytesMax)
      if (decoded.ok && isOffer(decoded.sealed)) this.#offers.set(decoded.sealed.body.offer, decoded.sealed)
      return 'accept' as const
    }
    const nothing = { revision: 0, page: () => ({ offers: [], next: '' }) }
    this.#sync = new OfferSync({ host, market, book: nothing, receive: gossip })
    const direct = (_: PeerId, bytes: Uint8Array): void => {
      const decoded = decode(bytes, limits.directBytesMax)
      if (decoded.ok && !isOffer(decoded.sealed)) onDirect(decoded.sealed as Sealed<DirectMessage>)
    }
    const receiver = { gossip, direct, undelivered: () => {} }
    this.#transport = new Libp2pTransport({ host, publishTopic: topic, listenTopics: [topic], receiver })
  }

  /** A stranger who knows the targets. Whom it cannot reach it does without. */
  static async enter(
    options: AttackOptions,
    onDirect: (message: Sealed<DirectMessage>, intruder: Intruder) => void = () => {},
  ): Promise<Intruder> {
    const privateKey = await generateKeyPair('Ed25519')
    const topics = [offersTopicOf({ market: options.market, shard: 0 })]
    const host = await composeLibp2p({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], local: true, topics })
    const intruder: Intruder = new Intruder(options, {
      host,
      signer: signerOf(privateKey),
      onDirect: (message) => onDirect(message, intruder),
    })
    await intruder.#transport.start()
    await intruder.#sync.start()
    await Promise.allSettled(options.targets.map((target) => host.dial(multiaddr(target))))
    return intruder
  }

  get id(): PeerId {
    return this.signer.id
  }

  get addresses(): readonly string[] {
    return this.host.getMultiaddrs().map(String)
  }

  /** Open offers of others that it has heard of. */
  offers(): readonly Sealed<Offer>[] {
    return [...this.#offers.values()].filter(({ body, signer }) => body.status === 'open' && signer !== this.id)
  }

  publish(bytes: Uint8Array): void {
    this.#transport.publish(bytes)
  }

  /** Sends to a peer, at the target's address if it is one. */
  send(to: PeerId, bytes: Uint8Array, addresses: readonly string[] = []): void {
    this.#transport.send(to, bytes, addresses)
  }

  /** A stream of its own to each target; none where it is refused. */
  async streams(protocol: string): Promise<readonly Stream[]> {
    const dials = this.#targets.map(async (target) => {
      const peer = peerNamedBy(multiaddr(target))
      const signal = AbortSignal.timeout(5_000)
      return this.host.dialProtocol(peer === undefined ? multiaddr(target) : peerIdFromString(peer), protocol, {
        signal,
        maxOutboundStreams: 10_000,
      })
    })
    return (await Promise.allSettled(dials)).flatMap((dial) => (dial.status === 'fulfilled' ? [dial.value] : []))
  }

  /** Sends gossip's own control messages to every peer; returns to how many it could. */
  control(control: Partial<RPC.ControlMessage>): number {
    // Nobody honest needs it, so gossipsub's interface does not have it.
    const pubsub = this.host.services.pubsub as unknown as { sendRpc(peer: string, rpc: RPC): boolean }
    const whole = { ihave: [], iwant: [], graft: [], prune: [], idontwant: [], ...control }
    const sent = (peer: string) => pubsub.sendRpc(peer, { subscriptions: [], messages: [], control: whole })
    return this.host.getPeers().filter((peer) => sent(peer.toString())).length
  }

  /** Cuts its connections to a target, and dials it anew. Rejects when it is refused. */
  async reconnect(target: string): Promise<void> {
    const address = multiaddr(target)
    const peer = peerNamedBy(address)
    for (const connection of this.host.getConnections())
      if (connection.remotePeer.toString() === peer) connection.abort(new Error('cut'))
    await this.host.dial(address, { signal: AbortSignal.timeout(5_000) })
  }

  async leave(): Promise<void> {
    await this.#sync.stop()
    await this.#transport.stop()
    await this.host.stop()
  }
}

const isOffer = (sealed: Sealed<Message>): sealed is Sealed<Offer> => sealed.body.type === 'offer'

/** Counts what was done, by what it is. */
export class Deeds {
  readonly #counts: Record<string, number> = {}

  add(what: string, times = 1): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + times
  }

  counts(): Readonly<Record<string, number>> {
    return { ...this.#counts }
  }
}

/** After so long the others in this process have their turn, those attacked perhaps among them. */
const turnMsMax = 20

/** Runs `act` so often a second until it is stopped, or as often as the machine can, then lets the intruders leave. */
export function repeating(
  intruders: readonly Intruder[],
  {
    perSecond,
    deeds,
    act,
  }: { readonly perSecond: number; readonly deeds: Deeds; readonly act: () => void | Promise<void> },
): RunningAttack {
  let owed = 0
  let last = performance.now()
  let isActing = false
  const turn = async (): Promise<void> => {
    const began = performance.now()
    owed = Math.min(owed + ((began - last) / 1_000) * perSecond, perSecond)
    last = began
    for (; owed >= 1 && performance.now() - began < turnMsMax; owed -= 1) await act()
  }
  const timer = setInterval(() => {
    if (isActing) return
    isActing = true
    void turn().finally(() => {
      isActing = false
    })
  }, 10)
  return {
    peerIds: intruders.map(({ id }) => id),
    did: () => deeds.counts(),
    stop: async () => {
      clearInterval(timer)
      await Promise.all(intruders.map((intruder) => intruder.leave()))
    },
  }
}
