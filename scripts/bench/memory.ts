/** How much memory a node takes, against a bare libp2p with gossipsub; each in a process of its own. */
import '../../node/polyfill.js'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BenchRow, quantile, rowOf } from './row.js'

export interface MemoryOptions {
  readonly name?: string
  /**
   * A script that starts a node, lets it settle, prints its resident set in bytes and ends. It is run with an empty
   * folder as its only argument, and with `--expose-gc`. Default: a host with transport, discovery and store.
   */
  readonly script?: URL
  readonly runs?: number
}

/** Medians of the resident set. */
export async function benchMemory(options: MemoryOptions = {}): Promise<BenchRow> {
  const {
    name = 'node / bare libp2p + gossipsub',
    script = new URL('memory-node.js', import.meta.url),
    runs = 3,
  } = options
  const sizes: { readonly ours: number[]; readonly bare: number[] } = { ours: [], bare: [] }
  for (let run = 0; run < runs; run += 1) {
    sizes.bare.push(await residentSetOf(new URL('memory-bare.js', import.meta.url)))
    sizes.ours.push(await residentSetOf(script))
  }
  return rowOf({ name, ours: quantile(sizes.ours, 0.5), bare: quantile(sizes.bare, 0.5), unit: 'MB', limit: 1.5 })
}

async function residentSetOf(script: URL): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-bench-'))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', fileURLToPath(script), folder])
    const bytes = Number(stdout.trim().split('\n').at(-1))
    if (!(bytes > 0)) throw new Error(`${fileURLToPath(script)} did not print its size: ${stdout}`)
    return bytes / 2 ** 20
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
