/** Logging for people who look later: JSON lines in a file, through pino. The terminal is for results. */
import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { destination, type Logger, pino, stdTimeFunctions } from 'pino'

import type { LogLevel } from './settings.js'

export type { Logger } from 'pino'

/** Opens (appends to) a log file; every line carries the time and the node's name. */
export function openLog(file: string, options: { readonly level: LogLevel; readonly node: string }): Logger {
  // A log tells of bids and sales; a folder that it makes is for its owner.
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // Synchronous writes: the last line before a crash is the one that matters.
  const sink = destination({ dest: file, append: true, sync: true })
  // A full disk ends the log, and not the node: the store decides about that.
  sink.on('error', (error: Error) => process.stderr.write(`the log ${file} cannot be written: ${error.message}\n`))
  const serializers = { fact: legible }
  return pino(
    { level: options.level, base: { node: options.node }, timestamp: stdTimeFunctions.isoTime, serializers },
    sink,
  )
}

/** Bytes as hexadecimal, where JSON would make an object with a key for each of them. */
function legible(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(legible)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, legible(inner)]))
}

/** Bytes at the end of a log in which its last line is sought. */
const tailBytesMax = 8_192

/** The last line of a log file as people read it, or undefined where there is none. */
export function lastLogLineOf(file: string): string | undefined {
  const line = tailOf(file)?.trimEnd().split('\n').at(-1)
  if (line === undefined || line === '') return undefined
  try {
    const { msg, err } = JSON.parse(line) as { msg?: string; err?: { message?: string } }
    const parts = [msg, err?.message].filter((part) => part !== undefined && part !== '')
    return parts.length === 0 ? line : [...new Set(parts)].join(': ')
  } catch {
    return line
  }
}

function tailOf(file: string): string | undefined {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return undefined
  }
  try {
    const { size } = fstatSync(descriptor)
    const buffer = Buffer.alloc(Math.min(size, tailBytesMax))
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length)
    return buffer.toString('utf8')
  } finally {
    closeSync(descriptor)
  }
}
