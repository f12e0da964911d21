/**
 * Shows a tap what gossipsub does: its RPCs as bytes where it reads and writes them, its verdicts where it tells its scores. Nothing is
 * added to the protocol and no stream is touched, so peers notice nothing. While the tap is off, each place costs a look at a flag.
 */
import type { GossipSub } from '@chainsafe/libp2p-gossipsub'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { PruneReason, VerdictName } from '../../src/inspect/event.js'
import { readRpc } from '../../src/inspect/rpc.js'
import type { PeerId } from '../../src/ports/signer.js'
import { type Hidden, type HiddenOutbound, type HiddenScore, hidden } from './shim.js'
import type { Tap } from './tap.js'

/** A gossipsub whose tap is in place before its first stream. */
export const tapped =
  <Components>(make: (components: Components) => GossipSub, tap: Tap) =>
  (components: Components): GossipSub => {
    const pubsub = make(components)
    new GossipProbe(pubsub, tap).place()
    return pubsub
  }

/** A score is told of when it moved so far. */
const scoreStep = 1

class GossipProbe {
  readonly #pubsub: GossipSub
  readonly #gossip: Hidden
  readonly #tap: Tap
  /** Why this node decided to prune whom: by peer, then topic. */
  readonly #decided = new Map<PeerId, Map<string, PruneReason>>()
  /** The same once the PRUNE is made, until it goes out. */
  readonly #reasons = new Map<PeerId, Map<string, PruneReason>>()
  readonly #scores = new Map<PeerId, number>()
  readonly #penalties = new Map<PeerId, string[]>()
  /** Who is in which mesh, as far as was told. */
  readonly #meshed = new Map<string, Set<PeerId>>()
  #pruning: PruneReason | undefined
  /** Who asks to be let in at the moment, with the score by which that is decided. */
  #asking: { readonly score: number; isEarly: boolean } | undefined

  constructor(pubsub: GossipSub, tap: Tap) {
    this.#pubsub = pubsub
    this.#gossip = hidden(pubsub)
    this.#tap = tap
  }

  place(): void {
    this.#watchIncoming()
    this.#watchOutgoing()
    this.#watchVerdicts(this.#gossip.score)
    this.#watchDecisions()
    this.#watchMesh(this.#gossip.score)
    this.#watchPenalties(this.#gossip.score)
    this.#pubsub.addEventListener('gossipsub:heartbeat', () => this.#lookAtScores())
  }

  #watchIncoming(): void {
    const read = this.#gossip.pipePeerReadStream.bind(this.#gossip)
    this.#gossip.pipePeerReadStream = (peer, source) => {
      const id = peer.toString()
      return read(
        peer,
        seeing(source, (frame) => {
          if (this.#tap.isOn) this.#tap.rpc('in', id, { frame: frame.subarray() })
        }),
      )
    }
  }

  #watchOutgoing(): void {
    const streams = this.#gossip.streamsOutbound
    const set = streams.set.bind(streams)
    streams.set = (peer, stream) => {
      this.#watchStream(peer, stream)
      return set(peer, stream)
    }
  }

  #watchStream(peer: PeerId, stream: HiddenOutbound): void {
    const push = stream.pushPrefixed.bind(stream)
    stream.pushPrefixed = (prefixed) => {
      push(prefixed)
      if (!this.#tap.isOn) return
      const frame = prefixed.subarray(prefixBytesOf(prefixed))
      const reasons = this.#reasons.has(peer) ? this.#reasonsIn(peer, frame) : undefined
      this.#tap.rpc('out', peer, { frame, reasons })
    }
  }

  /** Why those were pruned whom this RPC prunes. */
  #reasonsIn(peer: PeerId, frame: Uint8Array): ReadonlyMap<string, PruneReason> {
    const made = this.#reasons.get(peer)!
    const found = new Map<string, PruneReason>()
    for (const { topic } of readRpc(frame).prune) {
      const reason = made.get(topic)
      if (reason !== undefined) found.set(topic, reason)
      made.delete(topic)
    }
    if (made.size === 0) this.#reasons.delete(peer)
    return found
  }

  #watchVerdicts(score: HiddenScore): void {
    const tell = (verdict: VerdictName, peer: PeerId, about: { topic: string; base64Id?: string }): void => {
      if (this.#tap.isOn) this.#tap.judged(verdict, peer, about)
    }
    after(score, 'deliverMessage', (peer, base64Id, topic) => tell('delivered', peer, { topic, base64Id }))
    after(score, 'duplicateMessage', (peer, base64Id, topic) => tell('duplicate', peer, { topic, base64Id }))
    after(score, 'rejectInvalidMessage', (peer, topic) => tell('rejected', peer, { topic }))
    after(score, 'rejectMessage', (peer, base64Id, topic, reason) =>
      tell(reason === 'ignore' || reason === 'blacklisted' ? 'ignored' : 'rejected', peer, { topic, base64Id }),
    )
  }

  /** Listens to the one call that gossipsub makes for each peer which it prunes, when it does, except when it leaves a topic. */
  #watchDecisions(): void {
    const handle = this.#gossip.handleGraft.bind(this.#gossip)
    this.#gossip.handleGraft = (peer, graft) => {
      this.#asking = { score: this.#gossip.getScore(peer), isEarly: false }
      try {
        return handle(peer, graft)
      } finally {
        this.#asking = undefined
      }
    }
    const add = this.#gossip.addBackoff.bind(this.#gossip)
    this.#gossip.addBackoff = (peer, topic) => {
      put(this.#decided, { peer, topic, reason: this.#whyPruned(peer) })
      add(peer, topic)
    }
  }

  #whyPruned(peer: PeerId): PruneReason {
    const asking = this.#asking
    if (asking?.isEarly === true) {
      asking.isEarly = false
      return 'backoff'
    }
    if ((asking?.score ?? this.#gossip.getScore(peer)) < 0) return 'bad-score'
    return asking === undefined ? 'excess' : 'full'
  }

  #watchMesh(score: HiddenScore): void {
    const prune = this.#gossip.makePrune.bind(this.#gossip)
    this.#gossip.makePrune = (peer, topic, exchange, leaving) => {
      const reason = leaving ? 'left' : this.#decided.get(peer)?.get(topic)
      if (this.#tap.isOn && reason !== undefined) put(this.#reasons, { peer, topic, reason })
      this.#pruning = reason
      try {
        return prune(peer, topic, exchange, leaving)
      } finally {
        this.#pruning = undefined
      }
    }
    after(score, 'graft', (peer, topic) => {
      this.#meshed.set(topic, (this.#meshed.get(topic) ?? new Set()).add(peer))
      if (this.#tap.isOn) this.#tap.push({ type: 'mesh', change: 'graft', peer, topic })
    })
    after(score, 'prune', (peer, topic) => this.#gone(peer, topic, this.#pruning ?? 'pruned-by-peer'))
    after(score, 'removePeer', (peer) => {
      for (const topic of this.#meshed.keys()) this.#gone(peer, topic, 'disconnected')
      this.#reasons.delete(peer)
      this.#decided.delete(peer)
      this.#scores.delete(peer)
      this.#penalties.delete(peer)
    })
  }

  #gone(peer: PeerId, topic: string, reason: PruneReason | 'pruned-by-peer' | 'disconnected'): void {
    if (this.#meshed.get(topic)?.delete(peer) !== true || !this.#tap.isOn) return
    this.#tap.push({ type: 'mesh', change: 'prune', peer, topic, reason })
  }

  #watchPenalties(score: HiddenScore): void {
    after(score, 'addPenalty', (peer, _points, label) => {
      if (label === 'graft_backoff' && this.#asking !== undefined) this.#asking.isEarly = true
      if (!this.#tap.isOn) return
      const known = this.#penalties.get(peer) ?? []
      const name = label.replace(/_/g, '-')
      if (!known.includes(name)) this.#penalties.set(peer, [...known, name])
    })
  }

  #lookAtScores(): void {
    if (!this.#tap.isOn) return
    for (const peer of this.#gossip.peers.keys()) {
      const score = Math.round(this.#gossip.getScore(peer) * 100) / 100
      const was = this.#scores.get(peer) ?? 0
      const penalties = this.#penalties.get(peer)
      if (Math.abs(score - was) < scoreStep && penalties === undefined) continue
      this.#scores.set(peer, score)
      this.#penalties.delete(peer)
      this.#tap.push({ type: 'score', peer, score, was, ...(penalties !== undefined && { penalties }) })
    }
  }
}

function put(
  reasons: Map<PeerId, Map<string, PruneReason>>,
  { peer, topic, reason }: { readonly peer: PeerId; readonly topic: string; readonly reason: PruneReason },
): void {
  reasons.set(peer, (reasons.get(peer) ?? new Map<string, PruneReason>()).set(topic, reason))
}

/** Calls `then` with what a method was given, after it has done its work. */
function after<Name extends keyof HiddenScore>(
  score: HiddenScore,
  name: Name,
  then: (...given: Parameters<HiddenScore[Name]>) => void,
): void {
  const method = score[name].bind(score) as (...given: Parameters<HiddenScore[Name]>) => void
  score[name] = ((...given: Parameters<HiddenScore[Name]>) => {
    method(...given)
    then(...given)
  }) as HiddenScore[Name]
}

/** The same frames; `see` is shown each before whoever reads gets it. */
function seeing(
  source: AsyncIterable<Uint8ArrayList>,
  see: (frame: Uint8ArrayList) => void,
): AsyncIterable<Uint8ArrayList> {
  return {
    [Symbol.asyncIterator]: () => {
      const frames = source[Symbol.asyncIterator]()
      return {
        next: () =>
          frames.next().then((next) => {
            if (next.done !== true) see(next.value)
            return next
          }),
        return: async (value?: unknown) => (await frames.return?.(value)) ?? { done: true, value: undefined },
      }
    },
  }
}

/** Of the varint in front of a frame, by how long both are together: reading it would take longer. */
function prefixBytesOf({ length }: Uint8ArrayList): number {
  let bytes = 1
  while (length - bytes >= 128 ** bytes) bytes += 1
  return bytes
}
