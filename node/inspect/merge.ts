/** Several streams of events as one, by time. */
import type { InspectLine } from '../../src/inspect/event.js'
import type { Batches } from './files.js'

interface Lane {
  readonly batches: AsyncIterator<readonly InspectLine[]>
  batch: readonly InspectLine[]
  at: number
}

/** In the order of `at`, and within one source in its own. Each source is read no further than the others ask for. */
export async function* merged(sources: readonly Batches[]): AsyncGenerator<readonly InspectLine[]> {
  if (sources.length === 1) return yield* sources[0]!
  const lanes: Lane[] = []
  for (const source of sources) {
    const lane: Lane = { batches: source[Symbol.asyncIterator](), batch: [], at: 0 }
    if (await refill(lane)) lanes.push(lane)
  }
  while (lanes.length > 0) {
    const out: InspectLine[] = []
    let empty: Lane | undefined
    while (empty === undefined) {
      const first = earliest(lanes)
      out.push(first.batch[first.at]!)
      first.at += 1
      if (first.at === first.batch.length) empty = first
    }
    yield out
    if (!(await refill(empty))) lanes.splice(lanes.indexOf(empty), 1)
  }
}

function earliest(lanes: readonly Lane[]): Lane {
  let first = lanes[0]!
  for (const lane of lanes) if (lane.batch[lane.at]!.at < first.batch[first.at]!.at) first = lane
  return first
}

async function refill(lane: Lane): Promise<boolean> {
  for (;;) {
    const next = await lane.batches.next()
    if (next.done === true) return false
    if (next.value.length === 0) continue
    lane.batch = next.value
    lane.at = 0
    return true
  }
}
