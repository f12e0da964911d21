/** Where a swarm lives on disk: a folder and a log for each node, and `swarm.json`, which says what is where. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Person } from '../../src/sim/population.js'
import { Prng } from '../../src/sim/prng.js'
import { UsageError } from '../errors.js'
import type { Market } from '../market-file.js'
import { sellsAsWritten, wantsAsWritten } from '../person.js'
import { rulesAsWritten } from '../rules-fields.js'
import { layOutTraces, traceFileIn } from '../trace-file.js'

/** Marks a folder as ours, to be emptied by the next swarm. */
const infoName = 'swarm.json'

export interface Desk {
  readonly person: Person
  readonly folder: string
  readonly config: string
  readonly log: string
  readonly trace: string | undefined
  readonly identitySeed: Uint8Array
}

/** What `swarm.json` says, for people and for tools that look into a running swarm. */
export interface SwarmInfo {
  readonly seed: string
  readonly market: string
  /** The supervisor, while it runs. */
  readonly pid: number | null
  readonly nodes: readonly {
    readonly name: string
    readonly peerId: string
    readonly addresses: readonly string[]
    readonly pid: number | undefined
    readonly folder: string
    readonly config: string
    readonly log: string
  }[]
}

export interface WorkspaceOptions {
  readonly folder: string
  readonly market: Market
  readonly seed: string
  /** A folder for traces, apart from `folder`, though it may be in it. */
  readonly trace: string | undefined
  readonly capture?: string | undefined
}

/**
 * Empties the folder of an earlier swarm and lays out this one, a configuration for each node.
 * @throws UsageError when the folder holds anything that no swarm put there, or a swarm that still runs.
 */
export async function layOut({ folder, market, seed, trace, capture }: WorkspaceOptions): Promise<readonly Desk[]> {
  await mkdir(folder, { recursive: true }).catch((cause: Error) => {
    throw new UsageError(`${folder}: ${cause.message}`, { advice: 'name another folder with --folder', cause })
  })
  const found = await readdir(folder)
  if (found.length > 0 && !found.includes(infoName)) {
    throw new UsageError(`${folder}: holds files that no swarm made; nothing was touched`, {
      advice: 'name another folder with --folder',
    })
  }
  await assertFree(folder)
  for (const name of found) await rm(join(folder, name), { recursive: true, force: true })
  await writeInfo(folder, { seed, market: market.market, pid: process.pid, nodes: [] })
  if (trace !== undefined) layOutTraces(trace)
  const identities = new Prng(seed).fork('identity')
  const desks = market.people.map((person): Desk => {
    const own = join(folder, person.name)
    return {
      person,
      folder: own,
      config: join(own, 'node.json'),
      log: join(folder, `${person.name}.jsonl`),
      trace: trace === undefined ? undefined : traceFileIn(trace, person.name),
      identitySeed: seedBytes(identities.fork(person.name)),
    }
  })
  for (const desk of desks) {
    await mkdir(desk.folder, { mode: 0o700 })
    await writeFile(desk.config, `${JSON.stringify({ ...configOf(desk, market), capture }, undefined, 2)}\n`, {
      mode: 0o600,
    })
  }
  return desks
}

async function assertFree(folder: string): Promise<void> {
  const info = await readFile(join(folder, infoName), 'utf8')
    .then(JSON.parse)
    .catch(() => ({}))
  const { pid } = info as Partial<SwarmInfo>
  if (typeof pid !== 'number' || !isRunning(pid)) return
  throw new UsageError(`${folder}: a swarm runs there, as process ${pid}`, {
    advice: 'stop it first, or name another folder with --folder',
  })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export async function writeInfo(folder: string, info: SwarmInfo): Promise<void> {
  await writeFile(join(folder, infoName), `${JSON.stringify(info, undefined, 2)}\n`)
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
