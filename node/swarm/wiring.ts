/** Who dials whom when a swarm starts. */
import type { Prng } from '../../src/sim/prng.js'
import type { Market } from '../market-file.js'

/** Peers that a starting node is told of. Three keep the mesh connected when one dies. */
export const bootstrapPeers = 3

/** Whom the node at `index` dials: the one before it, so that all are connected, and some others, so that ways are short. */
export function peersOf(index: number, prng: Prng): readonly number[] {
  if (index === 0) return []
  const earlier = Array.from({ length: index - 1 }, (_, other) => other)
  return [index - 1, ...prng.shuffled(earlier).slice(0, bootstrapPeers - 1)]
}

/** Those that belong, and the others. */
export function partition<T>(
  items: readonly T[],
  belongs: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))]
}

/**
 * Whether a node greets those who join from outside: the first of a swarm, and whoever was added. Were all to do so, each would greet all
 * that it meets, which doubles what a hundred nodes cost to start; the others trade with newcomers without.
 */
export const isDoor = ({ people }: Pick<Market, 'people'>, name: string): boolean =>
  people.findIndex((person) => person.name === name) < bootstrapPeers
