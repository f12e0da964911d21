/** What may not grow, and by how much it is allowed to seem so. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getHeapCodeStatistics } from 'node:v8'
import type { MarketNode } from '../../node/market-node.js'

export interface Measure {
  readonly name: string
  readonly unit: string
  readonly perHourMax: number
  readonly of: (nodes: readonly MarketNode[]) => number
}

/**
 * What is sampled, and how much of it one hour of this may add, for all residents together. An hour here is more than a day of
 * theirs; a leak of one object per gossip or visit is far beyond these. One timer or stream per visit would be hundreds: less than 60
 * cannot be told from dials and look-ups that happen to be under way.
 */
export const measuresIn = (folder: string) =>
  [
    { name: 'heap', unit: 'MB', perHourMax: 12, of: () => (process.memoryUsage().heapUsed - codeBytes()) / 1e6 },
    { name: 'compiled code', unit: 'MB', perHourMax: 12, of: () => codeBytes() / 1e6 },
    {
      name: 'outside the heap',
      unit: 'MB',
      perHourMax: 12,
      of: () => (process.memoryUsage().external + process.memoryUsage().arrayBuffers) / 1e6,
    },
    { name: 'resident set', unit: 'MB', perHourMax: 120, of: () => process.memoryUsage().rss / 1e6 },
    { name: 'timers', unit: '', perHourMax: 60, of: () => handles('Timeout') },
    { name: 'sockets', unit: '', perHourMax: 6, of: () => handles('TCPSocketWrap') },
    { name: 'streams', unit: '', perHourMax: 60, of: (nodes) => sum(nodes, (node) => node.openStreams()) },
    { name: 'peers', unit: '', perHourMax: 6, of: (nodes) => sum(nodes, (node) => node.status().peers) },
    { name: 'offers known', unit: '', perHourMax: 6, of: (nodes) => sum(nodes, (node) => node.status().offersKnown) },
    { name: 'stores', unit: 'kB', perHourMax: 200, of: (nodes) => storesOf(folder, nodes.length) / 1e3 },
  ] satisfies readonly Measure[]

/** What V8 made of the functions that are called often. It finds more of them for many minutes, and no node holds that. */
function codeBytes(): number {
  const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics()
  return machine + bytecode
}

function handles(type: string): number {
  return process.getActiveResourcesInfo().filter((name) => name === type).length
}

const sum = (nodes: readonly MarketNode[], of: (node: MarketNode) => number): number =>
  nodes.reduce((total, node) => total + of(node), 0)

/** Bytes on disk of all residents' stores. */
function storesOf(folder: string, count: number): number {
  let bytes = 0
  for (let index = 1; index <= count; index++) {
    const store = join(folder, `resident-${index}`, 'store')
    for (const name of readdirSync(store)) bytes += statSync(join(store, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}
