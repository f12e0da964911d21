/** `swarm.json`: what runs where in a swarm, for people, and for programs that look into it (docs/swarm.md). */
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Market } from '../market-file.js'
import { isProcessRunning } from '../processes.js'
import { writeWhole } from '../whole-file.js'

/** Grows with every change that a reader of the one before would misread; fields may be added without. */
export const recordFormat = 'overage-swarm/1'
/** Marks a folder as a swarm's, to be emptied by the next one there. */
export const recordName = 'swarm.json'

/** Where a local API answers, and which file holds the token to show there. */
const placeSchema = z.object({ url: z.string(), token: z.string() })

const nodeSchema = z.object({
  name: z.string(),
  role: z.enum(['seller', 'buyer', 'both']),
  peerId: z.string(),
  addresses: z.array(z.string()),
  /** Absent for a node inside the swarm's own process. */
  pid: z.int().optional(),
  folder: z.string(),
  config: z.string(),
  log: z.string(),
  trace: z.string().nullable(),
  /** The folder that its captures are in. */
  capture: z.string().nullable(),
  api: placeSchema.nullable(),
  /** Why it ended by itself, or that it was killed; null while it runs. */
  death: z.string().nullable(),
})

const recordSchema = z.object({
  format: z.literal(recordFormat),
  name: z.string(),
  state: z.enum(['starting', 'running', 'ended']),
  seed: z.string(),
  market: z.string(),
  currency: z.string(),
  /** The process that runs it; null once it has ended in good order. */
  pid: z.int().nullable(),
  startedAt: z.int(),
  endedAt: z.int().nullable(),
  /** The API of the swarm itself; null: it has none, or has ended. */
  api: placeSchema.nullable(),
  /** The bundle with which others join it; null before its nodes listen. */
  bundle: z.string().nullable(),
  nodes: z.array(nodeSchema),
})

/** All paths are absolute; times are ms since the Unix epoch. */
export type SwarmRecord = Readonly<z.infer<typeof recordSchema>>
export type ApiPlace = Readonly<z.infer<typeof placeSchema>>

export const recordFileOf = (folder: string): string => join(folder, recordName)

/** The record of a swarm that has only a folder yet. */
export const newRecord = ({ folder, seed, market }: { folder: string; seed: string; market: Market }): SwarmRecord => ({
  format: recordFormat,
  name: nameOf(folder),
  state: 'starting',
  seed,
  market: market.market,
  currency: market.currency,
  pid: process.pid,
  startedAt: Date.now(),
  endedAt: null,
  api: null,
  bundle: null,
  nodes: [],
})

/** A swarm is called by its folder's name. */
export const nameOf = (folder: string): string => basename(resolve(folder))

export const writeRecord = (folder: string, record: SwarmRecord): Promise<void> =>
  writeWhole(recordFileOf(folder), `${JSON.stringify(record, undefined, 2)}\n`)

/** What `folder` says of its swarm; undefined where it says nothing that this overage can read. */
export async function readRecord(folder: string): Promise<SwarmRecord | undefined> {
  try {
    return recordSchema.safeParse(JSON.parse(await readFile(recordFileOf(folder), 'utf8'))).data
  } catch {
    return undefined
  }
}

/** Whether the process that runs the swarm still lives. One that was killed leaves a record that says it runs. */
export function isRunning({ pid, state }: SwarmRecord): boolean {
  return pid !== null && state !== 'ended' && isProcessRunning(pid)
}
