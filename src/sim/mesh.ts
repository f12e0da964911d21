/**
 * How one topic's messages spread. Every node keeps `degree` neighbours and passes what is new to it on to all of them but
 * the one it came from, as gossipsub does along its mesh; copies that come later are counted and dropped. Lazy gossip is
 * left out: with six neighbours hardly anything needs it.
 */
import type { Millis } from '../units.js'
import { Heap } from './heap.js'
import type { GossipOptions, Network } from './network.js'
import { lotOf } from './prng.js'

/** What a node can be linked to at a moment. */
export interface Reach {
  isRunning(node: number): boolean
  /** The same for all nodes while there is no partition. */
  groupOf(node: number): unknown
}

export interface Arrival {
  readonly node: number
  readonly delayMs: Millis
}

export interface Spread {
  readonly arrivals: readonly Arrival[]
  /** Copies that arrived anywhere, duplicates included. */
  readonly copies: number
}

/**
 * The neighbours come from `degree / 2` rings, each an order of the members of its own: the graph is connected, looks
 * random, and a node that goes only links the two beside it. It is mended at once when nodes come, go or are parted; a
 * real mesh takes a heartbeat.
 */
export class Mesh {
  readonly #rings: readonly (readonly number[])[]
  readonly #members: readonly number[]
  readonly #degree: number
  readonly #hopMs: Millis
  #neighbours = new Map<number, readonly number[]>()

  /** `members`: node numbers. */
  constructor(members: readonly number[], { degree, hopMs }: GossipOptions, seed: number) {
    this.#members = members
    this.#degree = degree
    this.#hopMs = hopMs
    this.#rings = Array.from({ length: degree >> 1 }, (_, ring) => {
      const place = (node: number) => lotOf(lotOf(seed, ring), node)
      return [...members].sort((a, b) => place(a) - place(b) || a - b)
    })
  }

  /** Links everyone who is `reach`able anew. */
  mend(reach: Reach): void {
    const found = new Map<number, Set<number>>()
    const link = (from: number, to: number) => {
      const known = found.get(from) ?? new Set()
      found.set(from, known)
      if (from !== to) known.add(to)
    }
    for (const ring of this.#rings) {
      const groups = new Map<unknown, number[]>()
      for (const node of ring) {
        if (!reach.isRunning(node)) continue
        const group = reach.groupOf(node)
        const members = groups.get(group)
        if (members === undefined) groups.set(group, [node])
        else members.push(node)
      }
      for (const members of groups.values()) {
        members.forEach((node, index) => {
          const next = members[(index + 1) % members.length]!
          link(node, next)
          link(next, node)
        })
      }
    }
    this.#neighbours = new Map([...found].map(([node, set]) => [node, [...set]]))
  }

  /** With a degree of 0 everybody is everybody's, and nobody passes anything on. */
  neighboursOf(node: number): readonly number[] {
    if (this.#degree > 0) return this.#neighbours.get(node) ?? []
    return this.#members.filter((other) => other !== node)
  }

  /** Where a message of `from` arrives first and when, in the order of time. `message` is a lot of its own. */
  spread(from: number, message: number, network: Network): Spread {
    const reached = new Set<number>()
    const arrivals: Arrival[] = []
    const waiting = new Heap<number>((a, b) => a < b)
    let copies = 0
    const passOn = (node: number, at: number, via: number) => {
      for (const to of this.neighboursOf(node)) {
        if (to === from || to === via) continue
        network.arrivals(node, to, message, (delayMs) =>
          waiting.push(packed({ at: at + delayMs, node: to, via: node })),
        )
      }
    }
    passOn(from, 0, from)
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const next = unpacked(key)
      copies += 1
      if (reached.has(next.node)) continue
      reached.add(next.node)
      arrivals.push({ node: next.node, delayMs: next.at as Millis })
      if (this.#degree > 0) passOn(next.node, next.at + this.#hopMs, next.via)
    }
    return { arrivals, copies }
  }
}

/** A copy on its way: when it arrives, where, and from whom. */
interface Copy {
  readonly at: number
  readonly node: number
  readonly via: number
}

/** All three in one number, which orders copies by their time and costs no object. */
const packed = ({ at, node, via }: Copy): number => (at * nodesMax + node) * nodesMax + via

function unpacked(key: number): Copy {
  const link = key % (nodesMax * nodesMax)
  return { at: (key - link) / (nodesMax * nodesMax), node: Math.floor(link / nodesMax), via: link % nodesMax }
}

/** Nodes of a simulation. Two of them and two minutes in ms fit into a safe integer. */
export const nodesMax = 2 ** 18
