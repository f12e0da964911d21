/** What a capture comes to, in one pass: deliveries, delays, duplicates, bandwidth, offers that came late or never. */
import type { PeerId } from '../ports/signer.js'
import type { InspectLine, MessageId, RpcEvent, SyncEvent, VerdictEvent } from './event.js'

/** A distribution over samples; all 0 without any. */
export interface Distribution {
  readonly count: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

export interface NodeTraffic {
  readonly node: PeerId
  readonly name: string | undefined
  readonly bytesIn: number
  readonly bytesOut: number
  readonly rpcsIn: number
  readonly rpcsOut: number
}

export interface Statistics {
  readonly nodes: number
  readonly events: number
  /** Events that whoever wrote the capture did not get. */
  readonly lost: number
  readonly fromUs: number
  readonly untilUs: number
  /** Messages whose publication is in the capture. */
  readonly published: number
  /** Of all pairs of a published message and a node that listened, in how many it came: delivered, or ignored as old news. */
  readonly deliveries: { readonly expected: number; readonly made: number; readonly share: number }
  /** From publication to arrival, in microseconds. */
  readonly delayUs: Distribution
  /** Copies for nothing for each delivery, over messages. */
  readonly duplicates: Distribution
  readonly verdicts: Readonly<Record<VerdictEvent['verdict'], number>>
  readonly codes: Readonly<Record<string, number>>
  readonly bandwidth: {
    /** Of RPCs that left nodes of the capture: what they carried of messages, and all else. */
    readonly data: number
    readonly control: number
    readonly auction: number
    readonly sync: number
    /** Of messages, by topic. */
    readonly topics: Readonly<Record<string, number>>
  }
  /** The busiest first. */
  readonly talkers: readonly NodeTraffic[]
  readonly offers: {
    /** Versions published. */
    readonly versions: number
    /** Pairs of version and node: came later than {@link lateUs}, or by offer sync alone. */
    readonly late: number
    /** Neither came, nor was there a newer one to come. */
    readonly lost: number
    /** How long a node that got a version had known an older one, or none, in microseconds. */
    readonly staleUs: Distribution
  }
}

/** An offer that takes longer than this is late: half a round of an auction. */
export const lateUs = 500_000

interface Message {
  readonly topic: string
  publishedAt: number | undefined
  publisher: number
  offer: string | undefined
  sequence: number
  /** Index of the node and when, in turn. */
  readonly arrived: number[]
  duplicates: number
}

interface Node {
  readonly id: PeerId
  name: string | undefined
  since: number
  until: number
  readonly topics: Set<string>
  bytesIn: number
  bytesOut: number
  rpcsIn: number
  rpcsOut: number
}

/** Reads events as they come. What it holds grows with the messages and their deliveries, not with the events. */
export class StatisticsCollector {
  readonly #nodes: Node[] = []
  readonly #indices = new Map<PeerId, number>()
  readonly #messages = new Map<MessageId, Message>()
  /** When a node got a version of an offer by sync, by node and version. */
  readonly #synced = new Map<string, number>()
  readonly #verdicts = { delivered: 0, duplicate: 0, ignored: 0, rejected: 0, refused: 0 }
  readonly #codes = new Map<string, number>()
  readonly #topics = new Map<string, number>()
  #data = 0
  #control = 0
  #auction = 0
  #sync = 0
  #events = 0
  #lost = 0
  #from = Number.POSITIVE_INFINITY
  #until = 0

  add(line: InspectLine): void {
    const index = this.#indexOf(line.node, line.at)
    const node = this.#nodes[index]!
    if (line.at > node.until) node.until = line.at
    if (line.at < this.#from) this.#from = line.at
    if (line.at > this.#until) this.#until = line.at
    if (line.type === 'capture') {
      node.name = line.name
      return
    }
    this.#events += 1
    switch (line.type) {
      case 'rpc':
        this.#rpc(node, line)
        return
      case 'publish': {
        node.topics.add(line.topic)
        const message = this.#messageOf(line.id, line.topic)
        message.publishedAt ??= line.at
        message.publisher = index
        message.offer = line.offer?.offer
        message.sequence = line.offer?.sequence ?? 0
        return
      }
      case 'verdict':
        this.#verdict(index, line)
        return
      case 'mesh':
        node.topics.add(line.topic)
        return
      case 'auction':
        if (line.dir === 'out') this.#auction += line.bytes
        return
      case 'sync':
        this.#synchronised(index, line)
        return
      case 'lost':
        this.#lost += line.events ?? 0
        return
      case 'score':
      case 'peer':
    }
  }

  result(): Statistics {
    const delays: number[] = []
    const duplicates: number[] = []
    let [expected, made, published] = [0, 0, 0]
    for (const message of this.#messages.values()) {
      const { publishedAt, arrived: came } = message
      if (publishedAt === undefined) continue
      published += 1
      const there = this.#listenersOf(message, publishedAt)
      const arrived = new Set<number>()
      for (let at = 0; at < came.length; at += 2) {
        arrived.add(came[at]!)
        delays.push(came[at + 1]! - publishedAt)
      }
      expected += there.length
      made += there.filter((index) => arrived.has(index)).length
      if (arrived.size > 0) duplicates.push(message.duplicates / arrived.size)
    }
    return {
      nodes: this.#nodes.length,
      events: this.#events,
      lost: this.#lost,
      fromUs: Number.isFinite(this.#from) ? this.#from : 0,
      untilUs: this.#until,
      published,
      deliveries: { expected, made, share: expected === 0 ? 1 : made / expected },
      delayUs: distributionOf(delays),
      duplicates: distributionOf(duplicates),
      verdicts: { ...this.#verdicts },
      codes: Object.fromEntries([...this.#codes].sort(([, a], [, b]) => b - a)),
      bandwidth: {
        data: this.#data,
        control: this.#control,
        auction: this.#auction,
        sync: this.#sync,
        topics: Object.fromEntries([...this.#topics].sort(([, a], [, b]) => b - a)),
      },
      talkers: this.#nodes
        .map(({ id, name, bytesIn, bytesOut, rpcsIn, rpcsOut }) => ({
          node: id,
          name,
          bytesIn,
          bytesOut,
          rpcsIn,
          rpcsOut,
        }))
        .sort((a, b) => b.bytesIn + b.bytesOut - a.bytesIn - a.bytesOut),
      offers: this.#offers(),
    }
  }

  /** Nodes that should have got it: they listen to its topic, and were captured when it was published and for a while after. */
  #listenersOf({ topic, publisher }: Message, publishedAt: number): readonly number[] {
    const found: number[] = []
    this.#nodes.forEach(({ since, until, topics }, index) => {
      if (index !== publisher && since <= publishedAt && until >= publishedAt + lateUs && topics.has(topic))
        found.push(index)
    })
    return found
  }

  #rpc(node: Node, { dir, bytes, messages }: RpcEvent): void {
    if (dir === 'in') {
      node.bytesIn += bytes
      node.rpcsIn += 1
      return
    }
    node.bytesOut += bytes
    node.rpcsOut += 1
    let data = 0
    for (const message of messages ?? []) {
      data += message.bytes
      this.#topics.set(message.topic, (this.#topics.get(message.topic) ?? 0) + message.bytes)
    }
    this.#data += data
    this.#control += bytes - data
  }

  #verdict(index: number, { verdict, topic, id, at, code }: VerdictEvent): void {
    this.#verdicts[verdict] += 1
    if (code !== undefined) this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1)
    if (id === undefined || topic === undefined) return
    this.#nodes[index]!.topics.add(topic)
    const message = this.#messageOf(id, topic)
    // News that was overtaken by newer news is ignored; it came all the same.
    if (verdict === 'delivered' || verdict === 'ignored') message.arrived.push(index, at)
    else if (verdict === 'duplicate') message.duplicates += 1
  }

  #synchronised(index: number, { dir, bytes, offers, at }: SyncEvent): void {
    if (dir === 'in') return
    this.#sync += bytes
    for (const { offer, sequence } of offers ?? []) {
      const key = `${index} ${sequence} ${offer}`
      if (!this.#synced.has(key)) this.#synced.set(key, at)
    }
  }

  #offers(): Statistics['offers'] {
    const staleUs: number[] = []
    let [late, lost, versions] = [0, 0, 0]
    const newest = new Map<string, number>()
    for (const { offer, sequence, publishedAt } of this.#messages.values()) {
      if (offer !== undefined && publishedAt !== undefined)
        newest.set(offer, Math.max(sequence, newest.get(offer) ?? 0))
    }
    for (const message of this.#messages.values()) {
      const { offer, sequence, publishedAt, arrived } = message
      if (offer === undefined || publishedAt === undefined) continue
      versions += 1
      const gossiped = new Map<number, number>()
      for (let at = 0; at < arrived.length; at += 2) gossiped.set(arrived[at]!, arrived[at + 1]!)
      for (const index of this.#listenersOf(message, publishedAt)) {
        const byGossip = gossiped.get(index)
        const bySync = this.#synced.get(`${index} ${sequence} ${offer}`)
        const at = Math.min(byGossip ?? Number.POSITIVE_INFINITY, bySync ?? Number.POSITIVE_INFINITY)
        if (Number.isFinite(at)) staleUs.push(Math.max(0, at - publishedAt))
        if (!Number.isFinite(at)) lost += newest.get(offer) === sequence ? 1 : 0
        else if (byGossip === undefined || at - publishedAt > lateUs) late += 1
      }
    }
    return { versions, late, lost, staleUs: distributionOf(staleUs) }
  }

  #messageOf(id: MessageId, topic: string): Message {
    const known = this.#messages.get(id)
    if (known !== undefined) return known
    const message: Message = {
      topic,
      publishedAt: undefined,
      publisher: -1,
      offer: undefined,
      sequence: 0,
      arrived: [],
      duplicates: 0,
    }
    this.#messages.set(id, message)
    return message
  }

  #indexOf(id: PeerId, at: number): number {
    const known = this.#indices.get(id)
    if (known !== undefined) return known
    const index = this.#nodes.length
    this.#indices.set(id, index)
    const counts = { bytesIn: 0, bytesOut: 0, rpcsIn: 0, rpcsOut: 0 }
    this.#nodes.push({ id, name: undefined, since: at, until: at, topics: new Set(), ...counts })
    return index
  }
}

/** Quantiles are values that occurred: the smallest that at least so many do not exceed. */
export function distributionOf(samples: readonly number[]): Distribution {
  const sorted = Float64Array.from(samples).sort()
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / sorted.length
  return { count: sorted.length, mean, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99), max: at(1) }
}
