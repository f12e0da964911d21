/** Which swarm of this machine a command means. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { isRunning, readRecord, recordFileOf, type SwarmRecord } from './record.js'

const usualRoot = '.overage'

export interface FoundSwarm {
  readonly folder: string
  readonly record: SwarmRecord
}

/**
 * The running swarm of that name (or in that folder), or else the only one that runs under the usual root.
 * @throws UsageError when there is none, or it takes a choice; CommandError when its process was killed.
 */
export async function findSwarm(named: string | undefined, { root = usualRoot } = {}): Promise<FoundSwarm> {
  return named === undefined ? onlyUnder(root) : swarmNamed(named, root)
}

async function swarmNamed(named: string, root: string): Promise<FoundSwarm> {
  for (const folder of [join(root, named), named]) {
    const record = await readRecord(folder)
    if (record === undefined) continue
    if (isRunning(record)) return { folder, record }
    if (record.pid === null) throw new UsageError(`the swarm ${record.name} has ended`, { advice: startOne })
    throw new CommandError(`the swarm ${record.name} was killed: process ${record.pid} is gone, and it told nobody`, {
      exitCode: exitCodes.failed,
      advice: `its nodes ended with it; its stores and logs are in ${folder}, and the next swarm there replaces ${recordFileOf(folder)}`,
    })
  }
  const running = await runningUnder(root)
  const names = running.map(({ record }) => record.name).join(', ')
  throw new UsageError(
    `there is no swarm ${named}: neither ${recordFileOf(join(root, named))} nor ${recordFileOf(named)}`,
    {
      advice: running.length === 0 ? startOne : `these run: ${names}`,
    },
  )
}

async function onlyUnder(root: string): Promise<FoundSwarm> {
  const running = await runningUnder(root)
  const [only, ...others] = running
  if (only === undefined)
    throw new UsageError(`no swarm runs under ${root}`, {
      advice: `${startOne}; or name the folder of one that lives elsewhere`,
    })
  if (others.length === 0) return only
  const names = running.map(({ record }) => `  ${record.name}`).join('\n')
  throw new UsageError(`${running.length} swarms run under ${root}`, { advice: `say which one is meant:\n${names}` })
}

const startOne = 'start one: overage swarm --market scripts/markets/exchange.json --keep'

async function runningUnder(root: string): Promise<readonly FoundSwarm[]> {
  const names = await readdir(root).catch(() => [])
  const found = await Promise.all(
    names.sort().map(async (name) => ({ folder: join(root, name), record: await readRecord(join(root, name)) })),
  )
  return found.flatMap(({ folder, record }) => (record !== undefined && isRunning(record) ? [{ folder, record }] : []))
}
