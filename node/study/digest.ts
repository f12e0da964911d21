/** Names for runs: what was asked for, and the code that answered. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SimulationOptions } from '../../src/sim/options.js'

/** The same for equal options, whatever the order of their fields. */
export const optionsDigest = (options: SimulationOptions): string => sha256(canonical(options))

/**
 * A digest of all of `src/`, which decides what a simulation does. Runs of other code are not taken for runs of this.
 */
export function codeDigest(): string {
  const folder = fileURLToPath(new URL('../../src/', import.meta.url))
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(js|ts)$/.test(name) && !name.endsWith('.d.ts'))
    .sort()
  return sha256(files.map((name) => `${name}\n${readFileSync(join(folder, name), 'utf8')}`).join('\n'))
}

/** JSON with sorted keys and without what is undefined. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
  return `{${fields.join(',')}}`
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
