/** Who is connected to whom, out of what each node says of its own links. */
import type { View } from '../../schema.js'

export interface MeshLink {
  readonly key: string
  readonly ends: readonly [string, string]
  /** Whether at least one end exchanges offers in full with the other. */
  readonly inMesh: boolean
}

export const linkKey = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`)

export function linksOf(view: View): readonly MeshLink[] {
  const links = new Map<string, MeshLink>()
  for (const { peerId, peers } of view.nodes) {
    for (const { id, inMesh } of peers) {
      const key = linkKey(peerId, id)
      const known = links.get(key)
      links.set(key, { key, ends: [peerId, id], inMesh: inMesh || known?.inMesh === true })
    }
  }
  return [...links.values()]
}
