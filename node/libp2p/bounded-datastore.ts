import { MemoryDatastore } from 'datastore-core'
import { Key } from 'interface-datastore'

type Put = Parameters<MemoryDatastore['put']>

/**
 * Memory for what libp2p keeps of its peers and for the records of the distributed hash table, which strangers write. Each kind (the first
 * part of a key: `/peers`, `/dht`) holds at most `entriesMax` entries; one more drops the one that was written longest ago.
 *
 * Keys are held as text, and values in memory of their own: what libp2p hands over are slices of Node's pool, each of which would keep 8 KB.
 */
export class BoundedDatastore extends MemoryDatastore {
  readonly #entriesMax: number
  /** Keys of each kind, those written longest ago first. */
  readonly #kinds = new Map<string, Set<string>>()

  constructor(entriesMax: number) {
    super()
    this.#entriesMax = entriesMax
  }

  /** Entries of one kind, such as `/peers`. */
  sizeOf(kind: string): number {
    return this.#kinds.get(kind)?.size ?? 0
  }

  override put(...[key, value, options]: Put): ReturnType<MemoryDatastore['put']> {
    const keys = this.#kindOf(key)
    const text = key.toString()
    keys.delete(text)
    keys.add(text)
    if (keys.size > this.#entriesMax) {
      const [oldest] = keys
      if (oldest !== undefined) this.delete(new Key(oldest))
    }
    return super.put(key, new Uint8Array(value), options)
  }

  override delete(...[key, options]: Parameters<MemoryDatastore['delete']>): ReturnType<MemoryDatastore['delete']> {
    this.#kindOf(key).delete(key.toString())
    return super.delete(key, options)
  }

  #kindOf(key: Key): Set<string> {
    const kind = `/${key.toString().split('/', 2)[1]}`
    const keys = this.#kinds.get(kind) ?? new Set<string>()
    this.#kinds.set(kind, keys)
    return keys
  }
}
