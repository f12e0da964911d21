/** Where a swarm lives on disk: a folder, a configuration and a log for each node. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Person } from '../../src/sim/population.js'
import { Prng } from '../../src/sim/prng.js'
import { tokenFileOf } from '../api/token.js'
import { UsageError } from '../errors.js'
import type { Market } from '../market-file.js'
import { sellsAsWritten, wantsAsWritten } from '../person.js'
import { rulesAsWritten } from '../rules-fields.js'
import { layOutTraces, traceFileIn } from '../trace-file.js'
import { isRunning, newRecord, readRecord, recordName, writeRecord } from './record.js'

export interface Desk {
  readonly person: Person
  readonly folder: string
  readonly config: string
  readonly log: string
  readonly trace: string | undefined
  readonly identitySeed: Uint8Array
}

export interface WorkspaceOptions {
  readonly folder: string
  readonly market: Market
  readonly seed: string
  /** A folder for traces, apart from `folder`, though it may be in it. */
  readonly trace: string | undefined
  readonly capture?: string | undefined
  /** Whether each node has a local API. Default: none has. */
  readonly api?: boolean
}

/**
 * Empties the folder of an earlier swarm and lays out this one, a configuration for each node.
 * @throws UsageError when the folder holds anything that no swarm put there, or a swarm that still runs.
 */
export async function layOut(options: WorkspaceOptions): Promise<readonly Desk[]> {
  const { folder, market, trace } = options
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new UsageError(`${folder}: ${cause.message}`, { advice: 'name another folder with --folder', cause })
  })
  const found = await readdir(folder)
  if (found.length > 0 && !found.includes(recordName)) {
    throw new UsageError(`${folder}: holds files that no swarm made; nothing was touched`, {
      advice: 'name another folder with --folder',
    })
  }
  await assertFree(folder)
  // A page that was open on the earlier one is let in again.
  const kept = basename(tokenFileOf(folder))
  for (const name of found) if (name !== kept) await rm(join(folder, name), { recursive: true, force: true })
  await writeRecord(folder, newRecord(options))
  if (trace !== undefined) layOutTraces(trace)
  const desks = market.people.map((person) => deskOf(person, options))
  for (const desk of desks) await furnish(desk, options)
  return desks
}

/** One more desk, for a person who comes later. */
export async function addDesk(person: Person, options: WorkspaceOptions): Promise<Desk> {
  const desk = deskOf(person, options)
  await furnish(desk, options)
  return desk
}

function deskOf(person: Person, { folder, seed, trace }: WorkspaceOptions): Desk {
  const own = join(folder, person.name)
  return {
    person,
    folder: own,
    config: join(own, 'node.json'),
    log: join(folder, `${person.name}.jsonl`),
    trace: trace === undefined ? undefined : traceFileIn(trace, person.name),
    identitySeed: seedBytes(new Prng(seed).fork('identity').fork(person.name)),
  }
}

async function furnish(desk: Desk, { market, capture, api = false }: WorkspaceOptions): Promise<void> {
  const config = { ...configOf(desk, market), api: api ? '127.0.0.1:0' : 'off', capture }
  await mkdir(desk.folder, { mode: 0o700 })
  await writeFile(desk.config, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 })
}

async function assertFree(folder: string): Promise<void> {
  const record = await readRecord(folder)
  if (record === undefined || !isRunning(record)) return
  throw new UsageError(`${folder}: a swarm runs there, as process ${record.pid}`, {
    advice: `stop it first (overage swarm stop ${record.name}), or name another folder with --folder`,
  })
}

const seedBytes = (prng: Prng): Uint8Array => Uint8Array.from({ length: 32 }, () => prng.below(256))

/** What `overage node --config` reads: each node of a swarm can be run again by hand. */
function configOf({ person, folder, log, trace, identitySeed }: Desk, { market, rules }: Market): object {
  const { name, sells, wants } = person
  return {
    name,
    market,
    folder,
    listen: ['/ip4/127.0.0.1/tcp/0'],
    local: true,
    identitySeed: Buffer.from(identitySeed).toString('hex'),
    ...(sells !== undefined && { sells: sellsAsWritten(sells) }),
    ...(wants !== undefined && { wants: wantsAsWritten(wants) }),
    rules: rulesAsWritten(rules),
    log: { file: log },
    ...(trace !== undefined && { trace }),
  }
}
