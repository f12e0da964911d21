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
 *
 * Inside, a member goes by its place among the members, so that a spread, of which a large market has a hundred thousand,
 * needs no map and no set.
 */
export class Mesh {
  /** In ascending order: places compare as nodes do. */
  readonly #members: readonly number[]
  readonly #places: ReadonlyMap<number, number>
  readonly #rings: readonly (readonly number[])[]
  readonly #degree: number
  readonly #hopMs: Millis
  /** Of each member as many as `#links` says, of `degree` at most. */
  readonly #neighbours: Uint32Array
  readonly #links: Uint8Array
  /** The last spread that reached each member. */
  readonly #reachedBy: Uint32Array
  #spreads = 0
  readonly #waiting = new Heap<number>((a, b) => a < b)

  /** `members`: node numbers. */
  constructor(members: readonly number[], { degree, hopMs }: GossipOptions, seed: number) {
    this.#members = [...members].sort((a, b) => a - b)
    this.#places = new Map(this.#members.map((node, place) => [node, place]))
    this.#degree = degree
    this.#hopMs = hopMs
    this.#neighbours = new Uint32Array(members.length * degree)
    this.#links = new Uint8Array(members.length)
    this.#reachedBy = new Uint32Array(members.length)
    this.#rings = Array.from({ length: degree >> 1 }, (_, ring) => {
      const lots = this.#members.map((node) => lotOf(lotOf(seed, ring), node))
      return [...this.#members.keys()].sort((a, b) => lots[a]! - lots[b]! || a - b)
    })
  }

  /** Links everyone who is `reach`able anew. */
  mend(reach: Reach): void {
    this.#links.fill(0)
    for (const ring of this.#rings) {
      const groups = new Map<unknown, number[]>()
      for (const place of ring) {
        const node = this.#members[place]!
        if (!reach.isRunning(node)) continue
        const group = reach.groupOf(node)
        const members = groups.get(group)
        if (members === undefined) groups.set(group, [place])
        else members.push(place)
      }
      for (const members of groups.values()) {
        members.forEach((place, index) => {
          const next = members[(index + 1) % members.length]!
          this.#link(place, next)
          this.#link(next, place)
        })
      }
    }
  }

  /** With a degree of 0 everybody is everybody's, and nobody passes anything on. */
  neighboursOf(node: number): readonly number[] {
    if (this.#degree === 0) return this.#members.filter((other) => other !== node)
    const place = this.#places.get(node)
    return place === undefined ? [] : Array.from(this.#linkedTo(place), (neighbour) => this.#members[neighbour]!)
  }

  /** Where a message of `from` arrives first and when, in the order of time. `message` is a lot of its own. */
  spread(from: number, message: number, network: Network): Spread {
    const arrivals: Arrival[] = []
    const origin = this.#places.get(from)
    if (origin === undefined) return { arrivals, copies: 0 }
    const spread = ++this.#spreads
    const reachedBy = this.#reachedBy
    const waiting = this.#waiting
    let copies = 0
    // One function for all copies: what a copy is of stands outside of it.
    let leaves = 0
    let via = origin
    let to = origin
    const arrive = (delayMs: Millis) => {
      copies += 1
      if (reachedBy[to] !== spread) waiting.push(packed(leaves + delayMs, to, via))
    }
    const passOn = (place: number, cameFrom: number) => {
      via = place
      const targets = this.#degree === 0 ? this.#members.length : this.#links[place]!
      for (let link = 0; link < targets; link++) {
        to = this.#degree === 0 ? link : this.#neighbours[place * this.#degree + link]!
        if (to === origin || to === cameFrom) continue
        network.arrivals(this.#members[place]!, this.#members[to]!, message, arrive)
      }
    }
    passOn(origin, origin)
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const link = key % (nodesMax * nodesMax)
      const place = Math.floor(link / nodesMax)
      if (reachedBy[place] === spread) continue
      reachedBy[place] = spread
      const at = (key - link) / (nodesMax * nodesMax)
      arrivals.push({ node: this.#members[place]!, delayMs: at as Millis })
      leaves = at + this.#hopMs
      if (this.#degree > 0) passOn(place, link % nodesMax)
    }
    return { arrivals, copies }
  }

  #linkedTo(place: number): Uint32Array {
    const start = place * this.#degree
    return this.#neighbours.subarray(start, start + this.#links[place]!)
  }

  #link(place: number, other: number): void {
    if (place === other || this.#linkedTo(place).includes(other)) return
    this.#neighbours[place * this.#degree + this.#links[place]!] = other
    this.#links[place]! += 1
  }
}

/** When a copy arrives, where, and from whom, in one number, which orders copies by their time and costs no object. */
const packed = (at: number, place: number, via: number): number => (at * nodesMax + place) * nodesMax + via

/** Nodes of a simulation. Two of them and two minutes in ms fit into a safe integer. */
export const nodesMax = 2 ** 18
