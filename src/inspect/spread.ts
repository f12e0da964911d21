/** How one gossiped message reached whom, from what all nodes saw of it. */
import type { PeerId } from '../ports/signer.js'
import type { InspectLine, MessageId, OfferSummary, VerdictEvent } from './event.js'

/** How a message came to one node. */
export interface Arrival {
  readonly node: PeerId
  /** Who brought it first. */
  readonly from: PeerId
  readonly at: number
  readonly verdict: VerdictEvent['verdict']
  readonly code?: string
  /** Copies that came after it, or while it was being looked at. */
  readonly duplicates: readonly { readonly from: PeerId; readonly at: number }[]
}

export interface Spread {
  readonly id: MessageId
  readonly topic: string
  readonly offer: OfferSummary | undefined
  /** Who published it and when; undefined where that was not captured. */
  readonly origin: { readonly node: PeerId; readonly at: number } | undefined
  /** The earliest first. */
  readonly arrivals: readonly Arrival[]
  /** Nodes of the capture that listen to its topic and never got it. */
  readonly missing: readonly PeerId[]
}

/** A branch of the tree: who got it, and whom it brought it to. */
export interface Branch {
  readonly node: PeerId
  /** Absent at the root. */
  readonly arrival: Arrival | undefined
  readonly children: readonly Branch[]
}

/** Collects what is seen of the messages whose id begins with some digits. */
export class SpreadCollector {
  readonly #prefix: string
  readonly #found = new Map<MessageId, Collected>()
  readonly #listeners = new Map<string, Set<PeerId>>()

  constructor(prefix: string) {
    this.#prefix = prefix.toLowerCase()
  }

  add(line: InspectLine): void {
    if (line.type === 'mesh') this.#listens(line.topic, line.node)
    if (line.type === 'publish') {
      this.#listens(line.topic, line.node)
      const collected = this.#of(line.id, line.topic)
      if (collected === undefined) return
      collected.origin ??= { node: line.node, at: line.at }
      collected.offer ??= line.offer
    } else if (line.type === 'verdict' && line.id !== undefined && line.topic !== undefined) {
      this.#listens(line.topic, line.node)
      this.#of(line.id, line.topic)?.verdicts.push(line)
    } else if (line.type === 'rpc') {
      for (const { id, topic, offer } of line.messages ?? []) {
        const collected = offer === undefined ? undefined : this.#of(id, topic)
        if (collected !== undefined) collected.offer ??= offer
      }
    }
  }

  /** Every message found, the earliest first. */
  spreads(): readonly Spread[] {
    return [...this.#found]
      .map(([id, collected]) => this.#spreadOf(id, collected))
      .sort((a, b) => startOf(a) - startOf(b))
  }

  #spreadOf(id: MessageId, { topic, offer, origin, verdicts }: Collected): Spread {
    const byNode = new Map<PeerId, VerdictEvent[]>()
    for (const verdict of verdicts) byNode.set(verdict.node, [...(byNode.get(verdict.node) ?? []), verdict])
    const arrivals = [...byNode].flatMap(([node, seen]) => arrivalOf(node, seen) ?? []).sort((a, b) => a.at - b.at)
    const there = new Set(arrivals.map(({ node }) => node))
    const missing = [...(this.#listeners.get(topic) ?? [])].filter((node) => !there.has(node) && node !== origin?.node)
    return { id, topic, offer, origin, arrivals: arrivals.filter(({ node }) => node !== origin?.node), missing }
  }

  #of(id: MessageId, topic: string): Collected | undefined {
    if (!id.startsWith(this.#prefix)) return undefined
    const known = this.#found.get(id)
    if (known !== undefined) return known
    const collected: Collected = { topic, offer: undefined, origin: undefined, verdicts: [] }
    this.#found.set(id, collected)
    return collected
  }

  #listens(topic: string, node: PeerId): void {
    const listeners = this.#listeners.get(topic)
    if (listeners === undefined) this.#listeners.set(topic, new Set([node]))
    else listeners.add(node)
  }
}

interface Collected {
  readonly topic: string
  offer: OfferSummary | undefined
  origin: { readonly node: PeerId; readonly at: number } | undefined
  readonly verdicts: VerdictEvent[]
}

const startOf = ({ origin, arrivals }: Spread): number => origin?.at ?? arrivals[0]?.at ?? 0

/** A message is judged once, and every other copy is a duplicate; one may be told of before the verdict that it waits for. */
function arrivalOf(node: PeerId, seen: readonly VerdictEvent[]): Arrival | undefined {
  const first = seen.find(({ verdict }) => verdict !== 'duplicate') ?? seen[0]
  if (first === undefined) return undefined
  const { peer: from, at, verdict, code } = first
  const duplicates = seen.filter((one) => one !== first).map((one) => ({ from: one.peer, at: one.at }))
  return { node, from, at, verdict, duplicates, ...(code !== undefined && { code }) }
}

/** Who brought it to whom: the publisher at the root, and beside it whoever got it from nodes that were not captured. */
export function branchesOf({ origin, arrivals }: Spread): readonly Branch[] {
  const captured = new Set(arrivals.map(({ node }) => node))
  const from = new Map<PeerId, Arrival[]>()
  for (const arrival of arrivals) from.set(arrival.from, [...(from.get(arrival.from) ?? []), arrival])
  const reached = new Set<PeerId>()
  const branch = (node: PeerId, arrival: Arrival | undefined): Branch => {
    reached.add(node)
    const children = (from.get(node) ?? [])
      .filter((child) => !reached.has(child.node))
      .map((child) => branch(child.node, child))
    return { node, arrival, children }
  }
  const roots = origin === undefined ? [] : [branch(origin.node, undefined)]
  for (const outside of [...from.keys()].filter((node) => node !== origin?.node && !captured.has(node))) {
    roots.push(branch(outside, undefined))
  }
  return roots
}

/** Microseconds until the last arrival, and copies that came for nothing. */
export function measuresOf({ origin, arrivals }: Spread): {
  readonly lastUs: number | undefined
  readonly duplicates: number
} {
  const last = arrivals.at(-1)
  return {
    lastUs: origin === undefined || last === undefined ? undefined : last.at - origin.at,
    duplicates: arrivals.reduce((sum, { duplicates }) => sum + duplicates.length, 0),
  }
}
