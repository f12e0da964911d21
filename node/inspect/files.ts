/** Captures on disk, read in batches as they were written: a gigabyte is not held in memory. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { InspectLine } from '../../src/inspect/event.js'
import { readInspectLine } from '../../src/inspect/line.js'
import { UsageError } from '../errors.js'

/** Lines that came together. */
export type Batches = AsyncIterable<readonly InspectLine[]>

const chunkBytes = 1_048_576
/** A line longer than this is no event. */
const lineBytesMax = 4 * 1_048_576
const lineFeed = 10

/** The captures named, or in folders named; the files of one node together, in the order in which they were written. */
export async function captureGroupsOf(paths: readonly string[]): Promise<readonly (readonly string[])[]> {
  const files = (await Promise.all(paths.map(filesAt))).flat()
  const groups = new Map<string, string[]>()
  for (const file of [...new Set(files)].sort()) {
    const stem = file.replace(/\.\d{4,}\.jsonl$/, '')
    groups.set(stem, [...(groups.get(stem) ?? []), file])
  }
  return [...groups.values()]
}

async function filesAt(path: string): Promise<readonly string[]> {
  if (path === '-') return [path]
  const found = await stat(path).catch((cause: Error) => {
    throw new UsageError(`${path}: ${cause.message}`, { advice: 'name a capture, or a folder of them', cause })
  })
  if (!found.isDirectory()) return [path]
  const names = (await readdir(path)).filter((name) => name.endsWith('.jsonl')).sort()
  if (names.length === 0) {
    throw new UsageError(`${path}: holds no captures`, { advice: 'overage swarm --capture FOLDER makes some' })
  }
  return names.map((name) => join(path, name))
}

/** The events of files in turn. @throws UsageError when one is no capture. */
export async function* readCaptures(files: readonly string[]): AsyncGenerator<readonly InspectLine[]> {
  for (const file of files) yield* readCapture(file)
}

async function* readCapture(file: string): AsyncGenerator<readonly InspectLine[]> {
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: chunkBytes })
  let rest: Buffer = Buffer.alloc(0)
  let number = 0
  const parse = (text: string, isLast: boolean): InspectLine | undefined => {
    number += 1
    const read = readInspectLine(text)
    if (read.ok) {
      if (number === 1 && read.line.type !== 'capture')
        throw notCapture(file, number, 'its first line says whose it is')
      return read.line
    }
    // Its node was ended while it was writing that.
    if (isLast && number > 1) return undefined
    throw notCapture(file, number, read.reason)
  }
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const end = bytes.lastIndexOf(lineFeed)
    if (end < 0) {
      if (bytes.length > lineBytesMax) throw notCapture(file, number + 1, 'a line has no end')
      rest = bytes
      continue
    }
    rest = bytes.subarray(end + 1)
    yield linesIn(bytes.subarray(0, end)).map((text) => parse(text, false)!)
  }
  if (rest.length === 0) return
  const last = parse(rest.toString('utf8'), true)
  if (last !== undefined) yield [last]
}

const linesIn = (bytes: Buffer): readonly string[] => bytes.toString('utf8').split('\n')

const notCapture = (file: string, line: number, reason: string): UsageError =>
  new UsageError(`${file === '-' ? 'standard input' : basename(file)} is no capture: line ${line}: ${reason}`, {
    advice: 'overage node --capture FOLDER, overage swarm --capture FOLDER and overage inspect --json write captures',
  })
