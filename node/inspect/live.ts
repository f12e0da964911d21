/** Events of running nodes, merged by time as well as that can be done while they happen. */
import type { InspectLine } from '../../src/inspect/event.js'
import type { FoundNode } from '../api/find-node.js'
import { follow } from './attach.js'

/** How long an event waits for earlier ones of other nodes. */
const holdMs = 250
const paceMs = 50

export interface LiveOptions {
  readonly filter: string
  readonly raw: boolean
  readonly signal: AbortSignal
  readonly onLines: (lines: readonly InspectLine[]) => void
  /** Nodes that answer, of all. */
  readonly onLinks?: (up: number, all: number) => void
}

/** Follows all of `nodes` until `signal`. @throws as `follow`, when one of them does. */
export async function followAll(nodes: readonly FoundNode[], options: LiveOptions): Promise<void> {
  const { onLines, onLinks } = options
  const up = new Set<FoundNode>()
  const merge = nodes.length === 1 ? undefined : new Merge(onLines)
  const ending = new AbortController()
  const { signal } = ending
  if (options.signal.aborted) ending.abort()
  options.signal.addEventListener('abort', () => ending.abort(), { signal })
  try {
    await Promise.all(
      nodes.map((node) =>
        follow(node, {
          ...options,
          signal,
          onLines: merge === undefined ? onLines : (lines) => merge.add(lines),
          onLink: (isUp) => {
            if (isUp) up.add(node)
            else up.delete(node)
            onLinks?.(up.size, nodes.length)
          },
        }),
      ),
    )
  } finally {
    ending.abort()
    merge?.end()
  }
}

/** Holds events back for a moment and lets them go in the order of their times. */
class Merge {
  readonly #onLines: (lines: readonly InspectLine[]) => void
  readonly #timer: NodeJS.Timeout
  #held: { readonly since: number; readonly line: InspectLine }[] = []

  constructor(onLines: (lines: readonly InspectLine[]) => void) {
    this.#onLines = onLines
    this.#timer = setInterval(() => this.#release(performance.now() - holdMs), paceMs)
  }

  add(lines: readonly InspectLine[]): void {
    const since = performance.now()
    for (const line of lines) this.#held.push({ since, line })
  }

  end(): void {
    clearInterval(this.#timer)
    this.#release(Number.POSITIVE_INFINITY)
  }

  #release(until: number): void {
    const due = this.#held.filter(({ since }) => since <= until).map(({ line }) => line)
    if (due.length === 0) return
    this.#held = this.#held.filter(({ since }) => since > until)
    this.#onLines(due.sort((a, b) => a.at - b.at))
  }
}
