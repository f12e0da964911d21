/** Who has a store open: a note beside it, because LevelDB's lock does not say. The lock decides; the note only explains. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { isProcessRunning } from '../processes.js'

export interface Holder {
  readonly pid: number
  /** As it was started. */
  readonly command: string
  readonly since: string
}

export const holderFileOf = (store: string): string => `${store}.holder`

/** Leaves a note that this process has `store` open. */
export function writeHolder(store: string): void {
  const [, script = '', ...words] = process.argv
  const holder: Holder = {
    pid: process.pid,
    command: [basename(script).replace(/^main\.js$/, 'overage'), ...words].join(' '),
    since: new Date().toISOString(),
  }
  writeFileSync(holderFileOf(store), `${JSON.stringify(holder)}\n`, { mode: 0o600 })
}

export const removeHolder = (store: string): void => rmSync(holderFileOf(store), { force: true })

/** The note, also of a process that was killed; undefined where there is none. */
export function readHolder(store: string): Holder | undefined {
  try {
    const { pid, command, since } = JSON.parse(readFileSync(holderFileOf(store), 'utf8')) as Partial<Holder>
    const whole =
      Number.isSafeInteger(pid) && Number(pid) > 0 && typeof command === 'string' && typeof since === 'string'
    return whole ? ({ pid, command, since } as Holder) : undefined
  } catch {
    return undefined
  }
}

/** Of a store that is locked, by whom, as far as can be told. */
export function describeHolder(store: string): string {
  const holder = readHolder(store)
  if (holder === undefined || !isProcessRunning(holder.pid)) return 'another process, which left no note who it is'
  if (holder.pid === process.pid) return `this process, ${holder.pid}, already`
  return `another process, ${holder.pid} (${holder.command}), since ${holder.since}`
}
