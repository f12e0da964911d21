import type { Command } from 'commander'
import type { Fact } from '../../src/agent/agent.js'
import type { NodeConfig } from '../config.js'
import { CommandError, exitCodes, NodeStartError } from '../errors.js'
import { gb, money, unitPrice } from '../format.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import { settings } from '../settings.js'
import { startProblemOf } from '../start-problem.js'
import { supervisedVariable } from '../swarm/messages.js'

const help = `
A flag beats the environment, which beats the file, which beats the default:
${settings.map(({ flag, variable, fallback }) => `  ${`--${flag}`.padEnd(12)} ${variable.padEnd(18)} ${fallback}`).join('\n')}

Only in the file (GB, currency, currency per GB):
  sells  {"gb":6,"floor":8}, also "policy" (tracking, fixed, loser, clearing) and "closesAfterSeconds" (86400)
  wants  {"gb":5,"sigma":40,"alpha":0.5}, also "budget" and "strategy", or {"valuation":{…}} as in overage reply
  rules  what the market agrees on, such as {"epsilon":1,"roundMs":1000}; an offer stays open until its closing time
         unless "idleMsMax" ends it after so long without a bid

Example:
  $ echo '{"name":"ann","local":true,"sells":{"gb":6,"floor":8}}' > node.json
  $ overage node --config node.json
  $ overage node --config - --log-level debug < node.json

Ctrl-C or SIGTERM withdraws the offer and the bids, then stops; a second one stops at once.`

export function addNode(program: Command): void {
  const command = program
    .command('node')
    .description('run one node of the market')
    .option('-c, --config <file>', "its configuration as JSON; '-': standard input")
    .addHelpText('after', help)
  for (const { flag, reads, why } of settings)
    command.option(reads === 'switch' ? `--${flag} [true|false]` : `--${flag} <${reads}>`, why)
  command.action((options: Record<string, string | boolean | undefined>) => runNode(options))
}

async function runNode(options: Record<string, string | boolean | undefined>): Promise<void> {
  const { loadConfig } = await import('../config.js')
  const { config: file } = options
  const flags = Object.fromEntries(settings.map(({ flag }) => [flag, options[camelCased(flag)]]))
  const config = await loadConfig({ file: file as string | undefined, environment: process.env, flags })
  const { startMarketNode } = await import('../market-node.js')
  const { openLog } = await import('../log.js')
  const { log, ...rest } = config
  const node = { ...rest, log: openLog(log.file, { level: log.level, node: config.name }) }
  const { [supervisedVariable]: supervised } = process.env
  if (supervised !== undefined && process.send !== undefined) {
    const { runSupervised } = await import('../swarm/supervised.js')
    await runSupervised({ node, start: startMarketNode })
  } else await runForPerson(config, node, startMarketNode)
}

const camelCased = (flag: string): string => flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())

async function runForPerson(
  config: NodeConfig,
  options: MarketNodeOptions,
  start: (options: MarketNodeOptions) => Promise<MarketNode>,
): Promise<void> {
  const node = await start(options).catch((cause: Error) => {
    options.log.error({ err: cause }, 'did not start')
    throw new NodeStartError(`${config.name} did not start: ${startProblemOf(cause)}`, {
      advice: `its log is ${config.log.file}`,
      cause,
    })
  })
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  introduce(config, node, say)
  node.onFact((fact) => {
    const line = lineOf(fact)
    if (line !== undefined) say(line)
  })
  node.trade()
  const reason = await reasonToStop(node)
  say(reason.type === 'failure' ? 'stopping' : 'stopping: withdrawing offer and bids')
  await node.stop({ withdraw: reason.type === 'signal' })
  say('stopped')
  if (reason.type === 'failure') {
    const { message } = reason.error
    const advice = `its log is ${config.log.file}`
    throw new CommandError(`${config.name} cannot go on: ${message}`, { exitCode: exitCodes.failed, advice })
  }
  process.exitCode = reason.signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.done
}

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

function introduce(
  { name, market, sells, wants, log, folder }: NodeConfig,
  node: MarketNode,
  say: (line: string) => void,
) {
  say(`${name}  ${node.peerId}  market ${market}`)
  for (const address of node.addresses()) say(`listens  ${address}`)
  if (sells !== undefined) say(`sells    ${gb(sells.stock)} at ${unitPrice(sells.floor)} per GB or more`)
  if (wants !== undefined) {
    const { valuation, budget } = wants
    const most = valuation.kind === 'parabolic' ? valuation.qbar : valuation.demand
    say(`wants    up to ${most} GB${budget === undefined ? '' : ` for at most ${money(budget)}`}`)
  }
  say(`keeps    ${folder}`)
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
