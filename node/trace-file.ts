/** Traces on disk: a JSON Lines file for each node (docs/trace.md). */
import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type TraceLine, textOfLine } from '../src/runtime/trace-line.js'
import { UsageError } from './errors.js'

/** The disk did not take a trace; the file holds what was written before. */
export class TraceWriteError extends Error {
  override readonly name = 'TraceWriteError'

  constructor(file: string, cause: unknown) {
    super(`the trace ${file} cannot be written: ${(cause as Error).message}`, { cause })
  }
}

/** Characters of text kept back before they are written together. */
const bufferedMax = 65_536
/** Every trace begins so: it is how one is told from any other JSON Lines file. */
const firstBytes = '{"type":"run"'

/**
 * Appends to one trace in batches. Writing is synchronous: a disk that cannot keep up slows its node down, and no line is
 * ever dropped. No descriptor is held between two batches, so ten thousand traces can be open at once.
 */
export class TraceFile {
  readonly #file: string
  #lines: string[] = []
  #buffered = 0

  /**
   * Opens a trace and makes its folder. A file that is there is appended to, but for an unfinished last line: its node ended
   * while it was writing that.
   * @throws UsageError when the file holds anything but a trace, or cannot be opened.
   */
  constructor(file: string) {
    this.#file = file
    try {
      mkdirSync(dirname(file), { recursive: true })
      prepare(file)
    } catch (cause) {
      if (cause instanceof UsageError) throw cause
      throw new UsageError(`the trace ${file} cannot be written: ${(cause as Error).message}`, {
        advice: 'name another file with --trace',
        cause,
      })
    }
  }

  /** Characters that are not written yet. */
  get buffered(): number {
    return this.#buffered
  }

  /** @throws TraceWriteError when the disk does not take it. */
  append(line: TraceLine): void {
    const text = `${textOfLine(line)}\n`
    this.#lines.push(text)
    this.#buffered += text.length
    if (this.#buffered >= bufferedMax) this.flush()
  }

  /** Hands what is buffered to the operating system. @throws TraceWriteError */
  flush(): void {
    if (this.#lines.length === 0) return
    const text = this.#lines.join('')
    this.#lines = []
    this.#buffered = 0
    try {
      appendFileSync(this.#file, text)
    } catch (cause) {
      throw new TraceWriteError(this.#file, cause)
    }
  }
}

/** @throws UsageError when `file` is not empty and no trace. */
function prepare(file: string): void {
  // A trace has what its owner would pay at most, which is nobody else's business.
  const descriptor = openSync(file, 'a+', 0o600)
  try {
    const { size } = fstatSync(descriptor)
    if (size === 0) return
    if (!startsAsTrace(descriptor)) {
      throw new UsageError(`${file}: holds something else than a trace; nothing was touched`, {
        advice: 'name another file with --trace',
      })
    }
    ftruncateSync(descriptor, endOfLastLine(descriptor, size))
  } finally {
    closeSync(descriptor)
  }
}

function startsAsTrace(descriptor: number): boolean {
  const start = Buffer.alloc(firstBytes.length)
  const length = readSync(descriptor, start, 0, start.length, 0)
  // A node that ended while writing the very first line left a beginning of it.
  return length > 0 && firstBytes.startsWith(start.toString('utf8', 0, length))
}

/** Just behind the last line's end; 0 when not even the first line has one. */
function endOfLastLine(descriptor: number, size: number): number {
  const block = Buffer.alloc(bufferedMax)
  for (let end = size; end > 0; ) {
    const from = Math.max(0, end - block.length)
    const length = readSync(descriptor, block, 0, end - from, from)
    const at = block.lastIndexOf('\n', length - 1)
    if (at >= 0) return from + at + 1
    end = from
  }
  return 0
}

/** What may wait in memory of all traces of one folder together, in characters. */
const folderBufferedMax = 32_000_000
const extension = '.jsonl'

/** The file of a node's trace in a folder of traces. */
export const traceFileIn = (folder: string, name: string): string => join(folder, name + extension)

/**
 * Makes a folder for traces, and removes those of an earlier market.
 * @throws UsageError when it holds anything but traces; nothing is removed then.
 */
export function layOutTraces(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    const names = readdirSync(folder)
    const strange = names.find((name) => !name.endsWith(extension) || !isTrace(join(folder, name)))
    if (strange !== undefined) {
      throw new UsageError(`${folder}: holds ${strange}, which is no trace; nothing was touched`, {
        advice: 'name another folder with --trace',
      })
    }
    for (const name of names) rmSync(join(folder, name))
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${folder}: ${(cause as Error).message}`, {
      advice: 'name another folder with --trace',
      cause,
    })
  }
}

function isTrace(file: string): boolean {
  const descriptor = openSync(file, 'r')
  try {
    return fstatSync(descriptor).size === 0 || startsAsTrace(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** The traces of all nodes of a simulation, a file each: what `WorldOptions.onTrace` is to be given. */
export class TraceFolder {
  readonly #folder: string
  readonly #files = new Map<string, TraceFile>()
  #appended = 0

  /** @throws UsageError as {@link layOutTraces}. */
  constructor(folder: string) {
    layOutTraces(folder)
    this.#folder = folder
  }

  /** @throws TraceWriteError */
  readonly write = (name: string, line: TraceLine): void => {
    const file = this.#files.get(name) ?? new TraceFile(traceFileIn(this.#folder, name))
    this.#files.set(name, file)
    const before = file.buffered
    file.append(line)
    this.#appended += Math.max(0, file.buffered - before)
    if (this.#appended >= folderBufferedMax) this.flush()
  }

  /** Hands what is buffered of every trace to the operating system. Call it at the end. @throws TraceWriteError */
  flush(): void {
    for (const file of this.#files.values()) file.flush()
    this.#appended = 0
  }
}
