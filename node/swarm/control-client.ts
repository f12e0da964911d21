/** The commands that ask and tell a running swarm from another terminal. */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pc from 'picocolors'
import type { ErrorView } from '../api/schemas.js'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { counted, gb } from '../format.js'
import { sellsAsWritten, wantsAsWritten } from '../person.js'
import { printReport } from '../report-swarm.js'
import { tableOf } from '../table.js'
import { type PlanFlags, plansIn } from '../testnet/join-config.js'
import type { SwarmView } from './control-schemas.js'
import { type FoundSwarm, findSwarm } from './find-swarm.js'
import { isSound, type SwarmReport } from './outcome.js'
import { isRunning } from './record.js'

interface Asked {
  readonly json?: boolean
}

export async function showSwarm(name: string | undefined, { json = false }: Asked): Promise<void> {
  const view = await ask<SwarmView>(await findSwarm(name), '/v1/swarm')
  process.stdout.write(json ? `${JSON.stringify(view)}\n` : printView(view))
}

/** Waits until it has ended; the exit code says whether its market was sound. */
export async function stopSwarm(name: string | undefined, { json = false }: Asked): Promise<void> {
  const found = await findSwarm(name)
  const { report } = await ask<{ report: SwarmReport | null }>(found, '/v1/stop', {})
  while (isRunning(found.record)) await delay(50)
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else if (report === null) process.stdout.write(`${found.record.name} stopped before anybody traded\n`)
  else process.stdout.write(printReport(report))
  process.exitCode = report === null || isSound(report) ? exitCodes.done : exitCodes.failed
}

export interface AddFlags extends PlanFlags, Asked {
  readonly name: string
}

export async function addToSwarm(swarm: string | undefined, { json = false, name, ...flags }: AddFlags): Promise<void> {
  const { sells, wants } = plansIn(flags)
  if (sells === undefined && wants === undefined)
    throw new UsageError('command line: it takes --sell or --buy', { advice: 'such as --sell 5GB --floor 8' })
  const person = {
    name,
    ...(sells !== undefined && { sells: sellsAsWritten(sells) }),
    ...(wants !== undefined && { wants: wantsAsWritten(wants) }),
  }
  const found = await findSwarm(swarm)
  const told = await ask<{ name: string; peerId: string }>(found, '/v1/nodes', person)
  process.stdout.write(json ? `${JSON.stringify(told)}\n` : `${name} trades in ${found.record.name}: ${told.peerId}\n`)
}

/** @param swarm Named before the node where several run. */
export async function killInSwarm(swarm: string | undefined, node: string, { json = false }: Asked): Promise<void> {
  const found = await findSwarm(swarm)
  const told = await ask<{ name: string }>(found, '/v1/kill', { name: node })
  process.stdout.write(json ? `${JSON.stringify(told)}\n` : `${node} was killed; ${found.record.name} goes on\n`)
}

/** @throws UsageError when the swarm refuses, CommandError when it does not answer. */
async function ask<T>({ record, folder }: FoundSwarm, path: string, body?: object): Promise<T> {
  const { api, name } = record
  if (api === null) {
    const advice =
      record.state === 'starting' ? 'try again in a moment' : 'it was started with --no-api; Ctrl-C there stops it'
    throw new UsageError(`the swarm ${name} takes no orders`, { advice })
  }
  const failed = (problem: string, cause?: unknown): CommandError =>
    new CommandError(`the swarm ${name} ${problem}`, {
      exitCode: exitCodes.failed,
      advice: `its process is ${record.pid}; its folder is ${folder}`,
      cause,
    })
  const token = await readFile(api.token, 'utf8').catch((cause: Error) => {
    throw failed(`cannot be asked: ${cause.message}`, cause)
  })
  const response = await fetch(`${api.url}${path}`, {
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
  }).catch((cause: Error) => {
    throw failed(`does not answer at ${api.url}`, cause)
  })
  const answer = await response.json().catch(() => undefined)
  if (response.ok) return answer as T
  const { error } = (answer ?? {}) as Partial<ErrorView>
  const message = (error?.message ?? `the swarm answered ${response.status}`).replace(/^body: /, '')
  const advice = error?.advice
  if (response.status === 400 || response.status === 409)
    throw new UsageError(message, { ...(advice !== undefined && { advice }) })
  throw new CommandError(message, { exitCode: exitCodes.failed, advice })
}

function printView({ name, market, phase, startedAt, nodes }: SwarmView): string {
  const rows = nodes.map(({ name: node, role, sold, bought, peers, open, unsettled, death, killed, pid }) => [
    node,
    role,
    sold === null ? '–' : gb(sold),
    bought === null ? '–' : gb(bought),
    peers === null ? '–' : String(peers),
    stateOf({ open, unsettled, death, killed }),
    pc.dim(pid === null ? '' : String(pid)),
  ])
  const right = (title: string) => ({ title, align: 'right' as const })
  const columns = [
    { title: 'node' },
    { title: 'role' },
    right('sold'),
    right('bought'),
    right('peers'),
    { title: 'state' },
    right('process'),
  ]
  const minutes = Math.floor((Date.now() - startedAt) / 60_000)
  const head = `${name}  market ${market}  ${phase}  ${counted(nodes.length, 'node')}  ${counted(minutes, 'minute')}`
  return nodes.length === 0 ? `${head}\n` : `${head}\n${tableOf(columns, rows)}\n`
}

type Standing = Pick<SwarmView['nodes'][number], 'open' | 'unsettled' | 'death' | 'killed'>

function stateOf({ open, unsettled, death, killed }: Standing): string {
  if (killed) return pc.yellow('killed')
  if (death !== null) return pc.red(`dead: ${death}`)
  const waits = unsettled === 0 ? [] : [`${unsettled} unsettled`]
  return [open ? 'offer open' : 'at rest', ...waits].join(', ')
}
