import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** How a wire treats what passes, in either direction. */
export interface WireSettings {
  /** One way, in ms. */
  readonly delayMs: number
  /** The most by which a frame's delay differs from `delayMs`; frames keep their order. */
  readonly jitterMs?: number
  /** The share of frames that vanish, from 0 to 1. */
  readonly loss?: number
  /** A cut wire carries nothing and tells nobody. */
  readonly cut?: boolean
}

/** Frames so far, both directions together. */
export interface WireCounts {
  readonly carried: number
  /** To chance. */
  readonly lost: number
  /** By a cut wire, a full queue, or a device that was down. */
  readonly refused: number
}

/** A device in a network namespace. */
export type WireEnd = readonly [namespace: string, device: string]

type Order =
  | ({
      readonly op: 'wire'
      readonly name: string
      readonly seed: string
      readonly ends: readonly WireEnd[]
    } & WireSettings)
  | ({ readonly op: 'set'; readonly name: string } & Partial<WireSettings>)
  | { readonly op: 'counts'; readonly name: string }

interface Answer {
  readonly ok?: unknown
  readonly fault?: string
}

/** The process that carries the frames of a lab, and takes the lab down when this process ends, however it ends. */
export class Keeper {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #waiting: ((answer: Answer) => void)[] = []
  readonly #ended: Promise<void>
  #complaints = ''
  #over: string | undefined

  private constructor() {
    // In a session of its own: a terminal's Ctrl-C is not for it.
    this.#process = spawn('python3', [join(import.meta.dirname, 'keeper.py')], { stdio: 'pipe', detached: true })
    createInterface(this.#process.stdout).on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as Answer))
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints += text
    })
    this.#process.stdin.on('error', () => {})
    this.#ended = new Promise((resolve) => {
      const end = (why: string): void => {
        this.#over = `${why} ${this.#complaints}`.trim()
        for (const tell of this.#waiting.splice(0)) tell({ fault: this.#over })
        resolve()
      }
      this.#process.once('close', () => end('the keeper ended.'))
      this.#process.once('error', (error) => end(error.message))
    })
  }

  /** Starts one, which first removes what labs left behind whose keepers are gone. Resolves with its namespaces' prefix. */
  static async start(): Promise<{ readonly keeper: Keeper; readonly prefix: string }> {
    const keeper = new Keeper()
    const { prefix } = (await keeper.#answer()) as { readonly prefix: string }
    return { keeper, prefix }
  }

  /** @throws Error saying why it could not be done. */
  order(order: Order): Promise<unknown> {
    const answer = this.#answer()
    this.#process.stdin.write(`${JSON.stringify(order)}\n`)
    return answer
  }

  /** Takes the lab down: every process in it, then every namespace. */
  async stop(): Promise<void> {
    this.#process.stdin.end()
    await this.#ended
  }

  /** The next answer: orders are obeyed in turn. */
  #answer(): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(new Error(this.#over))
    return new Promise((resolve, reject) => {
      this.#waiting.push(({ ok, fault }) => (fault === undefined ? resolve(ok) : reject(new Error(fault))))
    })
  }
}
