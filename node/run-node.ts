/** A node that a person runs at a terminal: started, told about in plain lines, with its API, until Ctrl-C or a failure. */

import type { Registry } from 'prom-client'
import type { Fact } from '../src/agent/agent.js'
import type { Json } from '../src/ports/store.js'
import { authorityOf } from './api/address.js'
import type { Api } from './api/serve.js'
import type { NodeConfig } from './config.js'
import { CommandError, exitCodes, NodeStartError } from './errors.js'
import { gb, money, unitPrice } from './format.js'
import { type MarketNode, type MarketNodeOptions, startMarketNode } from './market-node.js'
import { nodeOptionsOf } from './node-options.js'
import { startProblemOf } from './start-problem.js'

export interface PersonalRun {
  /** Where lines for the person go. Default: standard output. */
  readonly say?: (line: string) => void
  /** The bundle of its network, for its API to hand out. */
  readonly bundle?: Json
  /** Default: what `config` says. */
  readonly options?: MarketNodeOptions
  /**
   * Called once it listens and its API answers, before it trades: for what a person should see, or wait for, first. When it
   * fails, the node is stopped and the failure is the run's.
   */
  readonly onStarted?: (node: MarketNode) => Promise<void> | void
}

/**
 * Runs a node until it is told to stop, and leaves the exit code of the process.
 *
 * @throws NodeStartError when it does not start, CommandError when it cannot go on.
 */
export async function runForPerson(config: NodeConfig, run: PersonalRun = {}): Promise<void> {
  const { options: given = nodeOptionsOf(config), onStarted, say = print, bundle } = run
  const options = config.api === undefined ? given : { metrics: await newRegistry(), ...given }
  const node = await startMarketNode(options).catch((cause: Error) => {
    options.log.error({ err: cause }, 'did not start')
    if (cause instanceof CommandError) throw cause
    throw didNotStart(config, startProblemOf(cause), cause)
  })
  const api = await startApi(config, node, { ...options, bundle })
  // Before it says that Ctrl-C stops it.
  const stopping = reasonToStop(node)
  introduce(config, { node, api, say })
  node.onFact((fact) => {
    const line = lineOf(fact)
    if (line !== undefined) say(line)
  })
  const isReady = Promise.resolve(onStarted?.(node)).then(() => true)
  try {
    if (await Promise.race([isReady, stopping.then(() => false)])) node.trade()
  } catch (error) {
    await api?.close()
    await node.stop({ withdraw: false })
    throw error
  }
  const reason = await stopping
  say(reason.type === 'failure' ? 'stopping' : 'stopping: withdrawing offer and bids')
  await api?.close()
  await node.stop({ withdraw: reason.type === 'signal' })
  say('stopped')
  if (reason.type === 'failure') {
    const { message } = reason.error
    const advice = `its log is ${config.log.file}`
    throw new CommandError(`${config.name} cannot go on: ${message}`, { exitCode: exitCodes.failed, advice })
  }
  process.exitCode = reason.signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.done
}

/** Here and below: loaded only by a node that answers. */
async function newRegistry(): Promise<Registry> {
  const { Registry } = await import('prom-client')
  return new Registry()
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

async function startApi(
  { api: address, ...config }: NodeConfig,
  node: MarketNode,
  { log, metrics, bundle }: MarketNodeOptions & { readonly bundle: Json | undefined },
): Promise<Api | undefined> {
  if (address === undefined) return undefined
  try {
    const { serveApi } = await import('./api/serve.js')
    return await serveApi(node, { ...config, address, log, metrics, bundle })
  } catch (error) {
    await node.stop({ withdraw: false })
    const { code, message } = error as NodeJS.ErrnoException
    const problem = code === 'EADDRINUSE' ? 'something else listens there' : message
    throw didNotStart(config, `its API cannot listen on ${authorityOf(address)}: ${problem}`, error, {
      advice: 'choose another address with --api, port 0 for any free one, or --api off',
    })
  }
}

const didNotStart = (
  { name, log }: Pick<NodeConfig, 'name' | 'log'>,
  problem: string,
  cause: unknown,
  { advice = `its log is ${log.file}` } = {},
): NodeStartError => new NodeStartError(`${name} did not start: ${problem}`, { advice, cause })

type Reason =
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly type: 'failure'; readonly error: Error }

function reasonToStop(node: MarketNode): Promise<Reason> {
  return new Promise((resolve) => {
    let told = false
    const onSignal = (signal: NodeJS.Signals): void => {
      if (told) process.exit(exitCodes.interrupted)
      told = true
      resolve({ type: 'signal', signal })
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
    node.onFailure((error) => resolve({ type: 'failure', error }))
  })
}

interface Running {
  readonly node: MarketNode
  readonly api: Api | undefined
  readonly say: (line: string) => void
}

function introduce({ name, market, sells, wants, log, folder }: NodeConfig, { node, api, say }: Running): void {
  say(`${name}  ${node.peerId}  market ${market}`)
  for (const address of node.addresses()) say(`listens  ${address}`)
  if (sells !== undefined) say(`sells    ${gb(sells.stock)} at ${unitPrice(sells.floor)} per GB or more`)
  if (wants !== undefined) {
    const { valuation, budget } = wants
    const most = valuation.kind === 'parabolic' ? valuation.qbar : valuation.demand
    say(`wants    up to ${most} GB${budget === undefined ? '' : ` for at most ${money(budget)}`}`)
  }
  if (sells === undefined && wants === undefined && api !== undefined) {
    say('trades   what it was told before, if anything; overage sell and overage buy tell it')
  }
  say(`keeps    ${folder}`)
  if (api?.page !== undefined) say(`page     ${api.page}`)
  if (api !== undefined) say(`answers  ${api.url}`)
  say(`logs     ${log.file}`)
  say('Ctrl-C stops it.')
}

/** The facts that matter to the person whose node it is. */
function lineOf(fact: Fact): string | undefined {
  switch (fact.type) {
    case 'offer-opened':
      return `offer opened: ${gb(fact.stock)} at ${unitPrice(fact.reserve)} per GB or more`
    case 'sold':
      return `sold ${gb(fact.receipt.quantity)} to ${fact.receipt.buyer} for ${money(fact.receipt.charge)}`
    case 'bought':
      return `bought ${gb(fact.receipt.quantity)} for ${money(fact.receipt.charge)} and a fee of ${money(fact.receipt.fee)}`
    case 'declined':
      return `an award was declined: ${fact.code}`
    case 'offer-closed':
      return `offer closed: ${fact.reason}`
    default:
      return undefined
  }
}
