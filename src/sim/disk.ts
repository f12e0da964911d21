import type { Json, StoreContents, StoreRecord } from '../ports/store.js'

/** What one node has written, and what of it a loss of power would leave: everything up to the last synced write. */
export class Disk {
  readonly #records: Map<string, Json>
  readonly #durable: Map<string, Json>
  #unsynced: (readonly StoreRecord[])[] = []

  constructor(contents: StoreContents = []) {
    this.#records = new Map(contents.map(({ key, value }) => [key, value]))
    this.#durable = new Map(this.#records)
  }

  write(records: readonly StoreRecord[], { sync }: { readonly sync: boolean }): void {
    applyTo(this.#records, records)
    this.#unsynced.push(records)
    if (!sync) return
    for (const written of this.#unsynced) applyTo(this.#durable, written)
    this.#unsynced = []
  }

  contents(): StoreContents {
    return contentsOf(this.#records)
  }

  /** The disk as it is found after a loss of power. Whatever is still being written to this one is lost. */
  afterPowerLoss(): Disk {
    return new Disk(contentsOf(this.#durable))
  }
}

function applyTo(map: Map<string, Json>, records: readonly StoreRecord[]): void {
  for (const { key, value } of records) {
    if (value === undefined) map.delete(key)
    else map.set(key, value)
  }
}

const contentsOf = (map: ReadonlyMap<string, Json>): StoreContents =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => ({ key, value }))
