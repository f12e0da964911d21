/** Who is who on the page: names, sides of the market, and a colour that each keeps everywhere. */
import type { View } from '../../schema.js'

export type Side = 'seller' | 'buyer' | 'both' | 'unknown'

export interface PagePerson {
  readonly id: string
  readonly name: string
  readonly side: Side
  /** Degrees on the colour wheel: sellers are warm, buyers cold. */
  readonly hue: number
}

const warm = [32, 82, 350, 58, 8, 104] as const
const cold = [230, 165, 285, 200, 260, 140, 315, 215, 185, 245] as const

export class People {
  readonly #people = new Map<string, PagePerson>()

  constructor(view: View | undefined) {
    if (view === undefined) return
    const sellers = new Set(view.offers.map(({ seller }) => seller))
    for (const { peerId, selling } of view.nodes) if (selling !== null) sellers.add(peerId)
    for (const { peerId, stock } of view.observer?.people ?? []) if (stock !== null) sellers.add(peerId)
    const buyers = new Set(view.nodes.flatMap(({ peerId, buying }) => (buying === null ? [] : [peerId])))
    for (const { buyer } of view.sales) buyers.add(buyer)
    for (const { peerId, demand } of view.observer?.people ?? []) if (demand !== null) buyers.add(peerId)
    for (const { auction } of view.nodes) for (const { buyer } of auction?.bids ?? []) buyers.add(buyer)
    const names = new Map(view.nodes.map(({ peerId, name }) => [peerId, name]))
    const linked = view.nodes.flatMap(({ peers }) => peers.map(({ id }) => id))
    const ids = new Set([...names.keys(), ...sellers, ...buyers, ...linked].filter((id) => id !== ''))
    // In the order of their ids, so that nobody changes colour because somebody else came.
    let [sold, bought] = [0, 0]
    for (const id of [...ids].sort()) {
      const [sells, buys] = [sellers.has(id), buyers.has(id)]
      const side: Side = sells ? (buys ? 'both' : 'seller') : buys ? 'buyer' : 'unknown'
      const hue = sells ? warm[sold++ % warm.length]! : cold[bought++ % cold.length]!
      this.#people.set(id, { id, name: names.get(id) ?? shortened(id), side, hue })
    }
  }

  of(id: string): PagePerson {
    return this.#people.get(id) ?? { id, name: shortened(id), side: 'unknown', hue: 220 }
  }

  /** Whether everybody is called and drawn as there. */
  isAs(other: People): boolean {
    if (this.#people.size !== other.#people.size) return false
    for (const [id, { name, side, hue }] of this.#people) {
      const there = other.#people.get(id)
      if (there?.name !== name || there.side !== side || there.hue !== hue) return false
    }
    return true
  }

  nameOf = (id: string): string | undefined => this.#people.get(id)?.name

  /** Of everybody, by id. */
  names(): readonly (readonly [id: string, name: string])[] {
    return [...this.#people.values()].map(({ id, name }) => [id, name])
  }

  /** `maya/1` for an offer's id. */
  offer(offer: string): string {
    const at = offer.lastIndexOf('/')
    return `${this.of(offer.slice(0, at)).name}/${offer.slice(at + 1)}`
  }
}

export const shortened = (id: string): string => (id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-5)}`)
