/** What a node does on the network, written to files of a bounded size while it runs (docs/inspect.md). */
import { appendFileSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { textOfInspectLine } from '../../src/inspect/line.js'
import type { Tap } from '../libp2p/tap.js'

export interface CaptureOptions {
  readonly folder: string
  /** The files are `<name>.<number>.jsonl`. */
  readonly name: string
  /** Told once; nothing more is written then. */
  readonly onFailure: (error: Error) => void
  /** Default {@link captureLimits}. */
  readonly limits?: Partial<CaptureLimits>
}

export interface CaptureLimits {
  /** A file that has so many gets no more. */
  readonly fileBytesMax: number
  /** Files of one node; the oldest goes. */
  readonly filesMax: number
  /** How often what came is written. */
  readonly flushMs: number
  /** Lines written at a time. */
  readonly linesMax: number
}

export const captureLimits: CaptureLimits = Object.freeze({
  fileBytesMax: 64 * 1_048_576,
  filesMax: 16,
  flushMs: 100,
  linesMax: 512,
})

/** Those that have something to write however the process ends, short of being killed. */
const openCaptures = new Set<Capture>()
process.on('exit', () => {
  for (const capture of openCaptures) capture.writeRest()
})

/**
 * Writes asynchronously: a disk that does not keep up loses old events, which the file then says, and never slows the node down.
 * At the end what is left is written in one go.
 */
export class Capture {
  readonly #tap: Tap
  readonly #options: CaptureOptions
  readonly #limits: CaptureLimits
  readonly #close: () => void
  readonly #timer: NodeJS.Timeout
  #seen: number
  #file: FileHandle | undefined
  #path = ''
  #number: number | undefined
  #bytes = 0
  #writing: Promise<void> = Promise.resolve()
  #busy = false
  #over = false

  constructor(tap: Tap, options: CaptureOptions) {
    this.#tap = tap
    this.#options = options
    this.#limits = { ...captureLimits, ...options.limits }
    this.#seen = tap.last
    this.#close = tap.open()
    this.#timer = setInterval(() => this.#begin(), this.#limits.flushMs).unref()
    openCaptures.add(this)
  }

  /** Writes what is left. Safe to call again. */
  async close(): Promise<void> {
    if (this.#over) return
    clearInterval(this.#timer)
    await this.#writing
    for (;;) {
      const before = this.#seen
      await this.#flush().catch((error: Error) => this.#fail(error))
      if (this.#over || this.#seen === before) break
    }
    this.#end()
    await this.#file?.close()
  }

  #begin(): void {
    if (this.#busy || this.#over) return
    this.#busy = true
    this.#writing = this.#flush()
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#busy = false
      })
  }

  async #flush(): Promise<void> {
    const lines = this.#take()
    if (lines.length === 0 && this.#file !== undefined) return
    if (this.#file === undefined || this.#bytes >= this.#limits.fileBytesMax) await this.#next()
    if (lines.length === 0) return
    const { bytesWritten } = await this.#file!.write(lines.join(''))
    this.#bytes += bytesWritten
  }

  #take(): readonly string[] {
    const lines: string[] = []
    while (lines.length < this.#limits.linesMax) {
      const next = this.#tap.after(this.#seen)
      if (next.type === 'none') break
      this.#seen = next.n
      const line =
        next.type === 'lost' ? textOfInspectLine(this.#tap.lost(next.n, next.events)) : next.text({ withFrame: true })
      lines.push(`${line}\n`)
    }
    return lines
  }

  /** The next file, which begins with whose it is and how things stand; the oldest one goes. */
  async #next(): Promise<void> {
    const { folder } = this.#options
    await this.#file?.close()
    await mkdir(folder, { recursive: true })
    const numbers = await this.#numbers()
    const number = (this.#number ?? numbers.at(-1) ?? 0) + 1
    this.#number = number
    this.#path = this.#pathOf(number)
    // A capture has what bidders said in confidence: it is for its owner alone.
    this.#file = await open(this.#path, 'a', 0o600)
    const head = this.#tap.head().map((line) => `${textOfInspectLine(line)}\n`)
    const { bytesWritten } = await this.#file.write(head.join(''))
    this.#bytes = bytesWritten
    for (const old of numbers.slice(0, Math.max(0, numbers.length + 1 - this.#limits.filesMax)))
      await rm(this.#pathOf(old), { force: true })
  }

  async #numbers(): Promise<readonly number[]> {
    const { folder, name } = this.#options
    const names = await readdir(folder)
    return names
      .filter((file) => file.startsWith(`${name}.`) && /^\d+\.jsonl$/.test(file.slice(name.length + 1)))
      .map((file) => Number.parseInt(file.slice(name.length + 1), 10))
      .sort((a, b) => a - b)
  }

  #pathOf(number: number): string {
    return join(this.#options.folder, `${this.#options.name}.${String(number).padStart(4, '0')}.jsonl`)
  }

  #fail(error: Error): void {
    if (this.#over) return
    this.#end()
    this.#options.onFailure(error)
  }

  #end(): void {
    this.#over = true
    clearInterval(this.#timer)
    openCaptures.delete(this)
    this.#close()
  }

  /** Writes what is left at once, with no time to wait: the process ends. */
  writeRest(): void {
    if (this.#over || this.#file === undefined) return
    for (let lines = this.#take(); lines.length > 0; lines = this.#take()) appendFileSync(this.#path, lines.join(''))
  }
}
