import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { PeerId } from '../src/ports/signer.js'
import { writePrivately } from './private-file.js'

/** Peers kept, the latest first, and addresses of each. */
const peersMax = 64
const addressesMax = 4
const addressLengthMax = 300
/** How long a change may wait to be written: after a crash the last peers met may be missing, and no harm done. */
const writeMsMax = 2_000

const fileSchema = z.object({
  version: z.literal(1),
  peers: z.array(z.object({ addresses: z.array(z.string().max(addressLengthMax)).max(addressesMax) })).max(peersMax),
})

/** The peers that this node reached, in a file of its folder: with them it finds the others again when no bootstrap peer runs. */
export class RememberedPeers {
  readonly #file: string
  /** By peer id, the one met longest ago first. */
  readonly #peers = new Map<PeerId, readonly string[]>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string) {
    this.#file = join(folder, 'peers.json')
  }

  /** Addresses of peers from earlier runs, the latest first. What cannot be read is nothing worse than forgotten. */
  async load(): Promise<readonly string[]> {
    try {
      const { peers } = fileSchema.parse(JSON.parse(await readFile(this.#file, 'utf8')))
      for (const { addresses } of [...peers].reverse()) this.#put(addresses)
      return peers.flatMap(({ addresses }) => addresses)
    } catch {
      return []
    }
  }

  /** A peer was reached at `addresses`, which end in its id. */
  note(addresses: readonly string[]): void {
    if (this.#put(addresses)) this.#schedule()
  }

  /** It turned out to belong elsewhere. */
  forget(peer: PeerId): void {
    if (this.#peers.delete(peer)) this.#schedule()
  }

  /** Writes what is not written yet. Never rejects: a disk that refuses this is told of by the store. */
  flush(): Promise<void> {
    if (this.#timer === undefined) return this.#writing
    clearTimeout(this.#timer)
    this.#timer = undefined
    const peers = [...this.#peers.values()].reverse().map((addresses) => ({ addresses }))
    const text = `${JSON.stringify({ version: 1, peers }, undefined, 1)}\n`
    this.#writing = this.#writing.then(() => writePrivately(this.#file, text)).catch(() => {})
    return this.#writing
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), writeMsMax)
  }

  #put(addresses: readonly string[]): boolean {
    const kept = addresses.filter(({ length }) => length <= addressLengthMax).slice(0, addressesMax)
    const peer = kept[0]?.split('/p2p/').at(-1)
    if (peer === undefined) return false
    this.#peers.delete(peer)
    this.#peers.set(peer, kept)
    if (this.#peers.size > peersMax) this.#peers.delete(this.#peers.keys().next().value!)
    return true
  }
}
