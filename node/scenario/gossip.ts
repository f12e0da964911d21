/** What the nodes of a swarm saw of the gossip so far, from the captures that they write. */
import type { InspectLine } from '../../src/inspect/event.js'
import { type Statistics, StatisticsCollector } from '../../src/inspect/statistics.js'
import { captureOf } from '../inspect/source.js'

/** Microseconds since the Unix epoch; by the clock of the machine, which all nodes share. */
export const nowUs = (): number => Date.now() * 1_000

/** @param sinceUs what happened before is left out. Rejects where nothing was written yet. */
export async function statisticsIn(folder: string, sinceUs: number): Promise<Statistics> {
  const collector = new StatisticsCollector()
  for await (const lines of await captureOf([folder]))
    for (const line of lines) if (line.at >= sinceUs || tellsWho(line)) collector.add(line)
  return collector.result()
}

/** Who is captured and listens to which topic: without it, nobody would be due what never came. */
const tellsWho = ({ type }: InspectLine): boolean => type === 'capture' || type === 'mesh'
