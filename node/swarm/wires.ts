/** What lies between the nodes of a swarm under test: who is cut off from whom, and which links are slow or lose segments. */
import type { PeerId } from '../../src/ports/signer.js'
import { identityFromSeed } from '../identity.js'
import { goodLink, type Link } from '../libp2p/lane.js'
import type { LinkTable } from '../libp2p/links.js'
import { signerOf } from '../signer-ed25519.js'
import type { Desk } from './workspace.js'

/** Which links are meant; without either: all. */
export interface Stretch {
  /** Those that one of these has. */
  readonly of?: readonly string[] | undefined
  /** Those from one side to the other. */
  readonly between?: readonly (readonly string[])[] | undefined
}

interface Change {
  readonly isMeant: (one: string, other: string) => boolean
  readonly link: Partial<Link>
}

export class Wires {
  /** Of what is drawn; each node draws for itself. */
  readonly seed: string
  readonly #peers = new Map<string, PeerId>()
  /** In the order in which they were told: the later holds. */
  readonly #changes: Change[] = []
  #groups: readonly (readonly string[])[] | undefined

  constructor(seed: string) {
    this.seed = seed
  }

  /** One more node, before it runs. */
  async add({ person, identitySeed }: Pick<Desk, 'person' | 'identitySeed'>): Promise<void> {
    this.#peers.set(person.name, signerOf(await identityFromSeed(identitySeed)).id)
  }

  /** Nothing passes between groups from now on. All who are in none, also those who come later, are one more. */
  cut(groups: readonly (readonly string[])[]): void {
    this.#groups = groups
  }

  /** Nobody is cut off any more. */
  heal(): void {
    this.#groups = undefined
  }

  change(stretch: Stretch, link: Partial<Pick<Link, 'latencyMs' | 'jitterMs' | 'lossPerMille'>>): void {
    this.#changes.push({ isMeant: meantBy(stretch), link })
  }

  between(one: string, other: string): Link {
    const made = this.#changes.filter(({ isMeant }) => isMeant(one, other)).map(({ link }) => link)
    return Object.assign({ ...goodLink, cut: this.#groupOf(one) !== this.#groupOf(other) }, ...made)
  }

  /** What a node has to know. */
  tableOf(name: string): LinkTable {
    return [...this.#peers].flatMap(([other, peer]) => (other === name ? [] : [[peer, this.between(name, other)]]))
  }

  #groupOf(name: string): number | undefined {
    return this.#groups?.findIndex((group) => group.includes(name))
  }
}

function meantBy({ of, between }: Stretch): Change['isMeant'] {
  if (of !== undefined) return (one, other) => of.includes(one) || of.includes(other)
  if (between === undefined) return () => true
  const [left = [], right = []] = between
  const leads = (from: string, to: string): boolean => left.includes(from) && right.includes(to)
  return (one, other) => leads(one, other) || leads(other, one)
}
