/** All events of a capture, or of running nodes for a while, given to whoever computes something from them. */
import type { InspectLine } from '../../src/inspect/event.js'
import { UsageError } from '../errors.js'
import { LiveLine } from '../live-line.js'
import { millisIn } from '../notation.js'
import { followAll } from './live.js'
import { Names } from './names.js'
import { captureOf, nodesOf, type SourceFlags } from './source.js'

export interface CollectFlags extends SourceFlags {
  /** How long running nodes are watched. */
  readonly for?: string
}

const watchMs = 10_000

/** Gives `take` every event, and returns what the nodes are called. @throws UsageError */
export async function collect(flags: CollectFlags, take: (line: InspectLine) => void): Promise<Names> {
  const names = new Names()
  const takeAll = (lines: readonly InspectLine[]): void => {
    for (const line of lines) {
      if (line.type === 'capture') names.add(line)
      take(line)
    }
  }
  if (flags.read !== undefined) {
    for await (const lines of await captureOf(flags.read)) takeAll(lines)
    return names
  }
  const ms = flags.for === undefined ? watchMs : millisIn(flags.for)
  if (ms === undefined || ms === 0) throw new UsageError(`--for: must be a time such as 30s, got ${flags.for}`)
  const nodes = await nodesOf(flags)
  const line = new LiveLine(process.stderr)
  line.show([`watching for ${ms / 1_000} s`, `${nodes.length} nodes`, 'Ctrl-C ends it early'])
  const ending = new AbortController()
  const end = (): void => ending.abort()
  process.once('SIGINT', end)
  const timer = setTimeout(end, ms)
  try {
    await followAll(nodes, { filter: '', raw: false, signal: ending.signal, onLines: takeAll })
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', end)
    line.end()
  }
  return names
}
