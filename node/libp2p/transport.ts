import { TopicValidatorResult } from '@chainsafe/libp2p-gossipsub'
import type { Connection, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '../../src/ports/signer.js'
import type { Receiver, Transport, Verdict } from '../../src/ports/transport.js'
import { limits } from '../../src/protocol/message.js'
import { auctionProtocolId } from '../../src/protocol/topics.js'
import { dialableAt } from './address.js'
import type { Host } from './compose.js'
import { cutOff } from './cut-off.js'
import { surfacing } from './fault.js'
import type { FrameFault } from './frame-stream.js'
import type { Observer } from './observer.js'
import { PeerLink } from './peer-link.js'
import { watchDuplicates } from './shim.js'

export interface TransportOptions {
  readonly host: Host
  /** The topic in which this node's own offers are gossiped. */
  readonly publishTopic: string
  /** The topics that this node listens to. */
  readonly listenTopics: readonly string[]
  readonly receiver: Receiver
  /** A peer sent what is no frame. Default: nobody is told. */
  readonly onFault?: (peer: PeerId, fault: FrameFault) => void
  /** Is shown what goes out and comes in. Default: nobody is. */
  readonly observer?: Observer | undefined
  /** Default {@link transportLimits}. */
  readonly limits?: Partial<TransportLimits>
}

/** Bounds on what a transport holds and waits for. */
export interface TransportLimits {
  /** Largest message on the auction stream, in bytes. */
  readonly directBytesMax: number
  /** Messages that wait for one peer, while it is dialled or does not read; more are refused as undelivered. */
  readonly outgoingMax: number
  /** Peers with whom auction streams are held or opened at a time; more are refused. */
  readonly peersMax: number
  /** Auction streams that one peer may open on a connection. Two are enough; the rest lets old ones close slowly. */
  readonly streamsPerPeerMax: number
  /** How long opening a stream may take, dial included. */
  readonly openMsMax: number
  /** How long sending what waits may take when the transport stops. */
  readonly stopMsMax: number
}

export const transportLimits: TransportLimits = Object.freeze({
  directBytesMax: limits.directBytesMax,
  outgoingMax: 128,
  peersMax: 1_024,
  streamsPerPeerMax: 8,
  openMsMax: 10_000,
  stopMsMax: 1_000,
})

export interface Count {
  readonly messages: number
  readonly bytes: number
}

/** What a node sent and received since it was made, without libp2p's own overhead. */
export interface Traffic {
  readonly gossip: {
    /** Own messages, once per peer that they were handed to. Passing on what others published is not counted here. */
    readonly out: Count
    /** First arrivals. */
    readonly in: Count
    /** Messages that arrived again. Every gossip transmission is one node's `in.messages` or `duplicates`. */
    readonly duplicates: number
  }
  readonly direct: { readonly out: Count; readonly in: Count }
}

const verdicts: Readonly<Record<Verdict, TopicValidatorResult>> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

class Counter {
  messages = 0
  bytes = 0

  add(bytes: Uint8Array, copies = 1): void {
    this.messages += copies
    this.bytes += copies * bytes.byteLength
  }

  get count(): Count {
    return { messages: this.messages, bytes: this.bytes }
  }
}

/** The market's {@link Transport} on libp2p: gossipsub for offers, one long-lived stream per pair for the auction. */
export class Libp2pTransport implements Transport {
  readonly #host: Host
  readonly #receiver: Receiver
  readonly #onFault: (peer: PeerId, fault: FrameFault) => void
  readonly #observer: Observer | undefined
  readonly #publishTopic: string
  readonly #listenTopics: readonly string[]
  readonly #limits: TransportLimits
  readonly #links = new Map<PeerId, PeerLink>()
  readonly #undelivered = new Set<PeerId>()
  readonly #stopping = new AbortController()
  readonly #gossipOut = new Counter()
  readonly #gossipIn = new Counter()
  readonly #directOut = new Counter()
  readonly #directIn = new Counter()
  #duplicates = 0
  #unwatch = (): void => {}

  constructor(options: TransportOptions) {
    this.#host = options.host
    this.#receiver = options.receiver
    this.#onFault = options.onFault ?? (() => {})
    this.#observer = options.observer
    this.#publishTopic = options.publishTopic
    this.#listenTopics = options.listenTopics
    this.#limits = { ...transportLimits, ...options.limits }
  }

  /** Begins to receive. Call it before the host dials anyone, so that no gossip is missed. */
  async start(): Promise<void> {
    const { pubsub } = this.#host.services
    await this.#host.handle(auctionProtocolId, (stream, connection) => this.#accept(stream, connection), {
      maxInboundStreams: this.#limits.streamsPerPeerMax,
      maxOutboundStreams: this.#limits.streamsPerPeerMax,
      runOnLimitedConnection: true,
    })
    this.#unwatch = watchDuplicates(pubsub, (topic) => {
      if (this.#listenTopics.includes(topic)) this.#duplicates += 1
    })
    for (const topic of this.#listenTopics) {
      pubsub.topicValidators.set(topic, (from, { data }) => this.#gossip(from.toString(), data.slice()))
      pubsub.subscribe(topic)
    }
  }

  /** Sends what waits, for at most `stopMsMax`, and ends all streams. The host goes on. Safe to call again. */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    const { pubsub } = this.#host.services
    this.#stopping.abort()
    await this.#host.unhandle(auctionProtocolId)
    for (const topic of this.#listenTopics) {
      pubsub.unsubscribe(topic)
      pubsub.topicValidators.delete(topic)
    }
    this.#unwatch()
    const flushed = Promise.all([...this.#links.values()].map((link) => link.stop()))
    await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, this.#limits.stopMsMax).unref())])
  }

  traffic(): Traffic {
    return {
      gossip: { out: this.#gossipOut.count, in: this.#gossipIn.count, duplicates: this.#duplicates },
      direct: { out: this.#directOut.count, in: this.#directIn.count },
    }
  }

  publish(bytes: Uint8Array): void {
    this.#observer?.published(this.#publishTopic, bytes)
    this.#host.services.pubsub.publish(this.#publishTopic, bytes).then(
      ({ recipients }) => this.#gossipOut.add(bytes, recipients.length),
      () => this.#host.logger.forComponent('overage:transport').error('nothing was published: the host is not running'),
    )
  }

  send(to: PeerId, bytes: Uint8Array, addresses: readonly string[]): void {
    if (this.#linkTo(to)?.send(bytes, addresses) === true) {
      this.#directOut.add(bytes)
      this.#observer?.direct('out', to, bytes)
    } else this.#lose(to)
  }

  #gossip(from: PeerId, bytes: Uint8Array): TopicValidatorResult {
    this.#gossipIn.add(bytes)
    return verdicts[surfacing(() => this.#receiver.gossip(from, bytes), 'ignore')]
  }

  #accept(stream: Stream, connection: Connection): void {
    const peer = connection.remotePeer.toString()
    const link = this.#linkTo(peer)
    if (link === undefined) stream.abort(new Error('too many peers'))
    else link.adopt(stream, peer)
  }

  #linkTo(peer: PeerId): PeerLink | undefined {
    const known = this.#links.get(peer)
    if (known !== undefined) return known
    if (this.#links.size >= this.#limits.peersMax || this.#stopping.signal.aborted) return undefined
    const { directBytesMax, outgoingMax } = this.#limits
    const link = new PeerLink({
      self: this.#host.peerId.toString(),
      peer,
      frameBytesMax: directBytesMax,
      outgoingMax,
      open: (addresses) => this.#open(peer, addresses),
      onFrame: (frame) => {
        this.#directIn.add(frame)
        this.#observer?.direct('in', peer, frame)
        surfacing(() => this.#receiver.direct(peer, frame), undefined)
      },
      onFault: (fault) => this.#onFault(peer, fault),
      onLost: () => this.#lose(peer),
      onIdle: () => this.#links.delete(peer),
    })
    this.#links.set(peer, link)
    return link
  }

  /** The host shares dials to one peer and bounds how many are under way. */
  async #open(peer: PeerId, addresses: readonly string[]): Promise<Stream> {
    const id = peerIdFromString(peer)
    const options = {
      signal: cutOff(this.#stopping.signal, this.#limits.openMsMax),
      maxOutboundStreams: this.#limits.streamsPerPeerMax,
      // Through a relay, for as long as nothing better is there.
      runOnLimitedConnection: true,
    }
    const open = this.#host.getConnections(id).filter(({ status }) => status === 'open')
    const standing = open.find(({ limits }) => limits === undefined) ?? open[0]
    if (standing !== undefined) return standing.newStream([auctionProtocolId], options)
    const targets = dialableAt(peer, addresses)
    return this.#host.dialProtocol(targets.length > 0 ? targets : id, auctionProtocolId, options)
  }

  /** Tells the receiver once for all that was lost in this turn, and never from within a call of its own. */
  #lose(peer: PeerId): void {
    if (this.#undelivered.size === 0) {
      queueMicrotask(() => {
        const peers = [...this.#undelivered]
        this.#undelivered.clear()
        for (const lost of peers) this.#receiver.undelivered(lost)
      })
    }
    this.#undelivered.add(peer)
  }
}
