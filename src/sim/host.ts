import type { Participant } from '../agent/participant.js'
import type { Clock } from '../ports/clock.js'
import type { PeerId } from '../ports/signer.js'
import type { Json, Store, StoreRecord } from '../ports/store.js'
import type { Driver } from '../runtime/driver.js'
import type { Millis } from '../units.js'
import { type Agenda, outside } from './agenda.js'
import type { Disk } from './disk.js'

/** One simulated machine: what of it outlives a crash, and what runs on it now. */
export interface Host<Frame> {
  readonly id: PeerId
  /** Topics it listens to; it publishes in the first. */
  readonly shards: readonly number[]
  readonly clock: HostClock
  disk: Disk
  /** undefined: it never ran. */
  participant: Participant | undefined
  driver: Driver<Frame> | undefined
}

/** Virtual time starts here, so that sequences derived from time, and what they weigh in bytes, are as on real nodes. */
export const epoch = 1_700_000_000_000
/**
 * Where nothing is made into bytes it starts here: a time, its sequences and whatever else follows from it fit into 31 bits,
 * and small integers are no objects of their own on the heap: less to make, to fetch and to collect in a market of millions of
 * steps.
 */
export const smallEpoch = 1_000_000_000

interface Wanted {
  readonly at: Millis
  readonly wake: () => void
}

/**
 * Virtual time as one machine sees it, fast or slow. It keeps at most a few entries in the agenda: one that
 * comes too early, because the node wants to be woken later by now, is put off instead of cancelled.
 */
export class HostClock implements Clock {
  readonly #agenda: Agenda
  readonly #startsAt: number
  readonly #cause: number
  readonly #wanted: Wanted[] = []
  /** The earliest entry of this clock in the agenda. */
  #entryAt: number = Number.POSITIVE_INFINITY

  /**
   * @param startsAt what it shows when virtual time begins
   * @param cause the machine, as its agenda orders what is due at the same time
   */
  constructor(agenda: Agenda, startsAt: number, cause = outside) {
    this.#agenda = agenda
    this.#startsAt = startsAt
    this.#cause = cause
  }

  now(): Millis {
    return (this.#startsAt + this.#agenda.now) as Millis
  }

  wakeAt(at: Millis, wake: () => void): () => void {
    const wanted = { at: (at - this.#startsAt) as Millis, wake }
    this.#wanted.push(wanted)
    this.#enter(wanted.at)
    return () => this.#forget(wanted)
  }

  #forget(wanted: Wanted): void {
    const index = this.#wanted.indexOf(wanted)
    const last = index < 0 ? undefined : this.#wanted.pop()
    if (last !== undefined && last !== wanted) this.#wanted[index] = last
  }

  /** A node wants one wake at a time, a test a few. */
  #first(): Wanted | undefined {
    let first: Wanted | undefined
    for (const wanted of this.#wanted) if (first === undefined || wanted.at < first.at) first = wanted
    return first
  }

  #enter(at: Millis): void {
    if (at >= this.#entryAt) return
    this.#entryAt = at
    this.#agenda.schedule(at, this.#due, this.#cause)
  }

  /** One function for all entries. */
  readonly #due = (): void => {
    const { now } = this.#agenda
    if (this.#entryAt <= now) this.#entryAt = Number.POSITIVE_INFINITY
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (first.at > now) {
        this.#enter(first.at)
        return
      }
      this.#forget(first)
      first.wake()
    }
  }
}

export interface DiskStoreHooks {
  /** Asked before a write is in place; true: the machine ended, and the write with it. */
  readonly before: () => boolean
  /** Called when a write is in place, before whoever wrote hears of it. */
  readonly after: () => void
}

/** A machine's disk as a store: a write is in place a moment later, in an entry of its own. */
export class DiskStore implements Store {
  readonly #disk: Disk
  readonly #agenda: Agenda
  readonly #hooks: DiskStoreHooks
  #closed = false

  constructor(disk: Disk, agenda: Agenda, hooks: DiskStoreHooks) {
    this.#disk = disk
    this.#agenda = agenda
    this.#hooks = hooks
  }

  write(records: readonly StoreRecord[], options: { readonly sync: boolean }, done: (error?: Error) => void): void {
    const closed = this.#closed
    const written = records.map(({ key, value }) => ({ key, value: value === undefined ? undefined : copyOf(value) }))
    this.#agenda.schedule(this.#agenda.now, () => {
      if (closed) {
        done(new Error('the store is closed'))
        return
      }
      if (this.#hooks.before()) return
      this.#disk.write(written, options)
      this.#hooks.after()
      done()
    })
  }

  /** Takes no more writes; those under way come to their end. */
  close(): void {
    this.#closed = true
  }
}

/** The value as it is now, whatever its writer does with it later. What is no plain object never changes. */
function copyOf(value: Json): Json {
  if (Array.isArray(value)) return value.map(copyOf)
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value
  const copy: Record<string, Json> = {}
  for (const key in value) copy[key] = copyOf((value as Record<string, Json>)[key]!)
  return copy
}
