/** The gossip as the views see it: what they want of it is asked for some times a second, and only while the page is in sight. */
import { type Flight, type Look, nothingSeen, type Order, type Sight } from './sight.js'

/** Nobody reads faster; what moves between two looks is drawn by its own clock. */
const paceMs = 100

export type Wanted = Omit<Look, 'known'>

export interface GossipListener {
  sight(): void
  flights(flights: readonly Flight[]): void
}

export class Gossip {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
  readonly #listener: GossipListener
  #wanted: Wanted | undefined
  #sight = nothingSeen
  #isAsked = false
  /** What is wanted is not what was asked for last. */
  #isNew = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #names = ''

  constructor(listener: GossipListener) {
    this.#listener = listener
    this.#worker.onmessage = ({ data }: MessageEvent<Sight | null>) => this.#answered(data)
  }

  /** What was last seen of what is wanted. */
  get sight(): Sight {
    return this.#sight
  }

  start(token: string): void {
    this.#send({ type: 'start', token })
  }

  /** Who is called what. */
  name(names: readonly (readonly [id: string, name: string])[]): void {
    const text = JSON.stringify(names)
    if (text === this.#names) return
    this.#names = text
    this.#send({ type: 'names', names })
  }

  filter(text: string): void {
    this.#send({ type: 'filter', text })
    this.#isNew = true
    this.#ask()
  }

  /** Nothing, or one view's wants. Asked at once: whoever scrolls waits for it. */
  want(wanted: Wanted | undefined): void {
    this.#wanted = wanted
    this.#isNew = true
    this.#ask()
  }

  #ask(): void {
    if (this.#isAsked || this.#wanted === undefined) return
    const known = this.#isNew ? -1 : this.#sight.version
    this.#isNew = false
    this.#isAsked = true
    this.#send({ type: 'look', look: { ...this.#wanted, known } })
  }

  #answered(sight: Sight | null): void {
    this.#isAsked = false
    if (sight !== null && this.#wanted !== undefined) {
      this.#sight = sight
      this.#listener.sight()
      if (sight.flights.length > 0) this.#listener.flights(sight.flights)
    }
    if (this.#isNew) this.#ask()
    else this.#askLater()
  }

  /** A tab in the background has no frames, and asks for nothing. */
  #askLater(): void {
    this.#timer ??= setTimeout(
      () =>
        requestAnimationFrame(() => {
          this.#timer = undefined
          this.#ask()
        }),
      paceMs,
    )
  }

  #send(order: Order): void {
    this.#worker.postMessage(order)
  }
}
