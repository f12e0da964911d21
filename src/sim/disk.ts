import type { Json, StoreContents, StoreRecord } from '../ports/store.js'

/** What one node has written, and what of it a loss of power would leave: everything up to the last synced write. */
export class Disk {
  readonly #records: Map<string, Json>
  /** What a loss of power would bring back: the synced values of the keys that were written since. */
  #unsynced: Map<string, Json | undefined> | undefined

  constructor(contents: StoreContents = []) {
    this.#records = new Map(contents.map(({ key, value }) => [key, value]))
  }

  write(records: readonly StoreRecord[], { sync }: { readonly sync: boolean }): void {
    if (!sync) this.#unsynced ??= new Map()
    for (const { key, value } of records) {
      if (this.#unsynced?.has(key) === false) this.#unsynced.set(key, this.#records.get(key))
      put(this.#records, key, value)
    }
    if (sync) this.#unsynced = undefined
  }

  contents(): StoreContents {
    return contentsOf(this.#records)
  }

  /** The disk as it is found after a loss of power. Whatever is still being written to this one is lost. */
  afterPowerLoss(): Disk {
    const durable = new Map(this.#records)
    for (const [key, value] of this.#unsynced ?? []) put(durable, key, value)
    return new Disk(contentsOf(durable))
  }
}

function put(map: Map<string, Json>, key: string, value: Json | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}

const contentsOf = (map: ReadonlyMap<string, Json>): StoreContents =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, value }))
