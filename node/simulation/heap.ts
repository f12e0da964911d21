/** How much memory simulated markets need, and how many of them fit this machine at once. */
import { totalmem } from 'node:os'
import type { SimulationOptions } from '../../src/sim/options.js'

const baseMegabytes = 512
/** A node, its store and its share of the messages on their way, with room for the collector. */
const kilobytesPerPerson = 200
/** An offer in the book of somebody who listens to its shard. */
const kilobytesPerOfferKnown = 0.5
/** A large market may take all of a common machine. */
const heapMegabytesMax = 8_192
/** Of the machine's memory; the rest is left to others. */
const shareUsed = 0.8

/** The heap that a run may grow to, in MB: generous, for memory that is not used costs nothing. */
export function heapMegabytesFor({
  buyers,
  sellers,
  shards,
  shardsHeard,
}: Pick<SimulationOptions, 'buyers' | 'sellers' | 'shards' | 'shardsHeard'>): number {
  const offersKnown = (sellers * Math.min(shardsHeard, shards)) / shards
  const kilobytes = (buyers + sellers) * (kilobytesPerPerson + offersKnown * kilobytesPerOfferKnown)
  return Math.min(heapMegabytesMax, Math.ceil(baseMegabytes + kilobytes / 1_000))
}

/** How many of `wanted` threads with such a heap a machine's memory carries; at least one. */
export function threadsFor(heapMegabytes: number, wanted: number, memoryBytes = memoryOfMachine()): number {
  return Math.max(1, Math.min(wanted, Math.floor((memoryBytes * shareUsed) / (heapMegabytes * 1_048_576))))
}

/** What a container allows, where there is one. */
function memoryOfMachine(): number {
  const allowed = process.constrainedMemory()
  return allowed === undefined || allowed === 0 ? totalmem() : Math.min(totalmem(), allowed)
}
