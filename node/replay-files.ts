/** Replaying traces from disk: which files, a line at a time, whatever their size. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Finding, Replay, type ReplayCounts } from '../src/runtime/replay.js'
import { simulatedVerifier } from '../src/sim/signer.js'
import { UsageError } from './errors.js'
import { ed25519Verifier } from './signer-ed25519.js'

/** What came of one trace. */
export interface ReplayedFile {
  readonly file: string
  /** Of whom the trace is, once its first line was read. */
  readonly name: string | undefined
  /** What is wrong; undefined: nothing, its node did everything again. */
  readonly finding: Finding | undefined
  /** What was found identical. */
  readonly counts: ReplayCounts
  /** Whether the last line has no end: its node was killed while writing it. Such a line is left out. */
  readonly unfinished: boolean
}

/** The traces that the paths name; a folder stands for every `.jsonl` file in it. @throws UsageError */
export async function traceFilesOf(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(filesAt))
  return found.flat()
}

async function filesAt(path: string): Promise<readonly string[]> {
  const advice = 'name traces, or a folder of them, as --trace wrote them'
  const info = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ENOENT' ? 'no such file or folder' : cause.message
    throw new UsageError(`${path}: ${why}`, { advice, cause })
  })
  if (!info.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.jsonl')).sort()
  if (names.length === 0) throw new UsageError(`${path}: has no .jsonl file in it`, { advice })
  return names.map((name) => join(path, name))
}

/** Replays one trace. Whatever is wrong with it is in the answer. */
export async function replayFile(file: string): Promise<ReplayedFile> {
  const replay = new Replay({ verifiers: { ed25519: ed25519Verifier, simulated: simulatedVerifier } })
  const lines = new LineSplitter()
  const outcome = (finding: Finding | undefined): ReplayedFile => ({
    file,
    name: replay.name,
    finding,
    counts: replay.counts,
    unfinished: finding === undefined && lines.rest > 0,
  })
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
      for (const line of lines.split(chunk as Buffer)) {
        const finding = replay.feed(line)
        if (finding !== undefined) return outcome(finding)
      }
      if (lines.rest > lineBytesMax) return outcome({ type: 'unreadable', line: lines.next, reason: tooLong })
    }
  } catch (error) {
    return outcome({
      type: 'unreadable',
      line: lines.next,
      reason: `the file cannot be read: ${(error as Error).message}`,
    })
  }
  return outcome(replay.end())
}

const chunkBytes = 262_144
/** A first line holds all that a node's store held. */
const lineBytesMax = 134_217_728
const tooLong = `the line is longer than ${lineBytesMax} bytes`

/** Cuts a stream of bytes into lines. */
class LineSplitter {
  #parts: Buffer[] = []
  #rest = 0
  #lines = 0

  /** Bytes after the last line's end. */
  get rest(): number {
    return this.#rest
  }

  /** The number of the line that has not ended yet, from 1. */
  get next(): number {
    return this.#lines + 1
  }

  *split(chunk: Buffer): Generator<string> {
    let from = 0
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      const line = Buffer.concat([...this.#parts, chunk.subarray(from, at)]).toString('utf8')
      this.#parts = []
      this.#rest = 0
      this.#lines += 1
      from = at + 1
      yield line
    }
    if (from === chunk.length) return
    this.#parts.push(chunk.subarray(from))
    this.#rest += chunk.length - from
  }
}
