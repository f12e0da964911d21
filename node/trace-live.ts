/** The trace of a node that may end at any moment. */
import type { TraceSink } from '../src/runtime/recording.js'
import { TraceFile } from './trace-file.js'

/** What a SIGKILL can lose at most. */
const flushMs = 250

const open = new Set<LiveTrace>()

function closeAll(): void {
  for (const trace of open) {
    try {
      trace.close()
    } catch (error) {
      process.stderr.write(`error: ${(error as Error).message}\n`)
    }
  }
}

/**
 * Writes what it is given a moment later, at {@link close}, and when the process exits, however that comes about short of
 * SIGKILL. When the disk does not take it, `onFailure` is told once, not synchronously, and the trace ends.
 */
export class LiveTrace {
  readonly #file: TraceFile
  readonly #onFailure: (error: Error) => void
  #timer: NodeJS.Timeout | undefined
  #over = false

  /** @throws UsageError as {@link TraceFile}. */
  constructor(file: string, { onFailure }: { readonly onFailure: (error: Error) => void }) {
    this.#file = new TraceFile(file)
    this.#onFailure = onFailure
    if (open.size === 0) process.on('exit', closeAll)
    open.add(this)
  }

  readonly write: TraceSink = (line) => {
    if (this.#over) return
    this.#attempt(() => this.#file.append(line))
    if (this.#over || this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#attempt(() => this.#file.flush())
    }, flushMs).unref()
  }

  /** Writes what is left. Safe to call again. @throws TraceWriteError */
  close(): void {
    if (this.#over) return
    this.#end()
    this.#file.flush()
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#end()
      queueMicrotask(() => this.#onFailure(error as Error))
    }
  }

  #end(): void {
    this.#over = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    open.delete(this)
    if (open.size === 0) process.off('exit', closeAll)
  }
}
