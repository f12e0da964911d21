import type { Command } from 'commander'
import { settings } from '../settings.js'
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

While it runs, overage status, sell, buy and others ask it and tell it, over the API that --api opens (docs/api.md).

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
  const { [supervisedVariable]: supervised } = process.env
  if (supervised === undefined || process.send === undefined) {
    const { runForPerson } = await import('../run-node.js')
    return runForPerson(config)
  }
  const { startMarketNode } = await import('../market-node.js')
  const { nodeOptionsOf } = await import('../node-options.js')
  const { runSupervised } = await import('../swarm/supervised.js')
  await runSupervised({ node: nodeOptionsOf(config), start: startMarketNode, api: config.api })
}

const camelCased = (flag: string): string => flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
