/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One key written, or removed where `value` is undefined. */
export interface StoreRecord {
  readonly key: string
  readonly value: Json | undefined
}

/** A small ordered key–value store that belongs to one node. */
export interface Store {
  /**
   * Writes all records or none. `done` is called exactly once, never synchronously, when they are in place (`sync`:
   * when they would survive a loss of power), or with the error that prevented it. Writes take effect in call order.
   */
  write(records: readonly StoreRecord[], options: { readonly sync: boolean }, done: (error?: Error) => void): void
}

/** All records as they stand, in key order: what a starting agent is given back. */
export type StoreContents = readonly { readonly key: string; readonly value: Json }[]
