/** What people call the nodes of a capture. */
import type { InspectLine } from '../../src/inspect/event.js'
import type { FilterNames } from '../../src/inspect/filter.js'

export class Names implements FilterNames {
  readonly #names = new Map<string, string>()

  add(line: InspectLine): void {
    if (line.type === 'capture') this.#names.set(line.node, line.name)
  }

  nameOf(peer: string): string | undefined {
    return this.#names.get(peer)
  }

  /** A name, or else the peer id shortened. */
  shown(peer: string): string {
    return this.#names.get(peer) ?? shortened(peer)
  }

  /** An offer's id with its seller as it is shown. */
  offer(offer: string): string {
    const at = offer.lastIndexOf('/')
    return `${this.shown(offer.slice(0, at))}${offer.slice(at)}`
  }
}

export const shortened = (id: string): string => (id.length <= 12 ? id : `${id.slice(0, 4)}…${id.slice(-5)}`)
