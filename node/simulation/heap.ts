/** How much memory simulated markets need, and how many of them fit this machine at once. */
import { totalmem } from 'node:os'
import type { SimulationOptions } from '../../src/sim/options.js'
import { CommandError, exitCodes } from '../errors.js'

const baseMegabytes = 512
/** A node, its store and its share of the messages on their way, with room for the collector. */
const kilobytesPerPerson = 200
/** Somebody whose node is on another thread: its name, its plan and where it listens. */
const kilobytesPerPersonKnown = 4
/** An offer in the book of somebody who listens to its shard. */
const kilobytesPerOfferKnown = 0.5
/** A large market may take 8 GB: this, young generations and the program. Most of it is room for the collector. */
const heapMegabytesMax = 7_168
/** Of the machine's memory; the rest is left to others. */
const shareUsed = 0.8

/** Of a thread's young generation; what a thread of small markets gets. */
const youngMegabytesMin = 192
/** With it a market of 100 000 buyers on two threads stays within 7 GB. */
const youngMegabytesMax = 700
/** What becomes garbage within half a second of a market's time, messages on their way above all. */
const youngKilobytesPerPerson = 24

type Size = Pick<SimulationOptions, 'buyers' | 'sellers' | 'shards' | 'shardsHeard'>

/**
 * The heap that each of so many threads of a run may grow to, in MB: generous, for memory that is not used costs nothing.
 */
export function heapMegabytesFor({ buyers, sellers, shards, shardsHeard }: Size, threads = 1): number {
  const offersKnown = (sellers * Math.min(shardsHeard, shards)) / shards
  const people = buyers + sellers
  const kilobytes = (people * (kilobytesPerPerson + offersKnown * kilobytesPerOfferKnown)) / threads
  const known = threads === 1 ? 0 : people * kilobytesPerPersonKnown
  return Math.min(Math.floor(heapMegabytesMax / threads), Math.ceil(baseMegabytes + (kilobytes + known) / 1_000))
}

/**
 * The young generation of each of so many threads, in MB: in proportion to the market, for what outlives two collections there
 * has to be collected as old. At 30 000 buyers it is a sixth of the time.
 */
function youngMegabytesFor({ buyers, sellers }: Pick<Size, 'buyers' | 'sellers'>, threads = 1): number {
  const wanted = Math.ceil(((buyers + sellers) * youngKilobytesPerPerson) / threads / 1_000)
  return Math.min(youngMegabytesMax, Math.max(youngMegabytesMin, wanted))
}

/** What each of so many threads of a run may use. */
export const limitsFor = (
  size: Size,
  threads = 1,
): { maxOldGenerationSizeMb: number; maxYoungGenerationSizeMb: number } => ({
  maxOldGenerationSizeMb: heapMegabytesFor(size, threads),
  maxYoungGenerationSizeMb: youngMegabytesFor(size, threads),
})

/** How many of `wanted` threads with such a heap a machine's memory carries; at least one. */
export function threadsFor(heapMegabytes: number, wanted: number, memoryBytes = memoryOfMachine()): number {
  return Math.max(1, Math.min(wanted, Math.floor((memoryBytes * shareUsed) / (heapMegabytes * 1_048_576))))
}

/** What a container allows, where there is one. */
function memoryOfMachine(): number {
  const allowed = process.constrainedMemory()
  return allowed === undefined || allowed === 0 ? totalmem() : Math.min(totalmem(), allowed)
}

/** What to say of a thread that died of its heap; undefined when it died of something else. */
export function outOfMemoryError(error: NodeJS.ErrnoException, heapMegabytes: number): CommandError | undefined {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return undefined
  return new CommandError(`the simulation needs more than ${heapMegabytes} MB of memory`, {
    exitCode: exitCodes.failed,
    advice: 'take fewer buyers, or more --shards, which make each book smaller',
    cause: error,
  })
}
