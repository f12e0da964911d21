#!/usr/bin/env node
import './polyfill.js'
import { Command, CommanderError } from 'commander'
import { addBuy } from './commands/buy.js'
import { addClear } from './commands/clear.js'
import { addDoctor } from './commands/doctor.js'
import { addInspect } from './commands/inspect.js'
import { addJoin } from './commands/join.js'
import { addKey } from './commands/key.js'
import { addNode } from './commands/node.js'
import { addOffers } from './commands/offers.js'
import { addPeers } from './commands/peers.js'
import { addReceipts } from './commands/receipts.js'
import { addReplay } from './commands/replay.js'
import { addReply } from './commands/reply.js'
import { addSales } from './commands/sales.js'
import { addSell } from './commands/sell.js'
import { addSimulate } from './commands/simulate.js'
import { addStatus } from './commands/status.js'
import { addStudy } from './commands/study.js'
import { addSwarm } from './commands/swarm.js'
import { addTestnet } from './commands/testnet.js'
import { addWithdraw } from './commands/withdraw.js'
import { CommandError, exitCodes } from './errors.js'
import { packageVersion } from './version.js'

const description = `A market for leftover mobile data with no middle: every person is a node, every seller runs its own auction.

One command runs a node, and eight ask it or tell it while it runs. One runs a whole market on this machine; in virtual
time, one simulates a market and one studies many. One shows what nodes do on the network. One replays nodes from their traces. Two compute without a network.`

const help = `
Start here:
  $ overage swarm --market scripts/markets/exchange.json    watch twelve people trade, then read who got what
  $ overage swarm --buyers 20 --sellers 8 --seed demo       the same with people drawn from a seed
  $ overage join lab.testnet.json --sell 5GB --floor 8      trade in a network of peers; overage testnet makes one
  $ overage node --name ann, then overage sell 5GB --floor 8 and overage status in another terminal

Exit codes:
  0    done
  1    an expectation failed: the market did not come to rest in time, a node died or does not answer, a law of the market
       was broken, or a receipt is bad
  2    the command line, a configuration or an input was wrong; nothing was done
  3    a node did not start
  130  interrupted

OVERAGE_DEBUG=1 adds stack traces to errors.`

/** The whole command line as one object, so that it can be read and tested without a process. */
function commandLine(): Command {
  const program = new Command('overage')
    .description(description)
    .version(packageVersion(), '-v, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    // Options belong to the last command before them: --json is another to `swarm` than to `swarm status`.
    .enablePositionalOptions()
    .addHelpText('after', help)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(overage --help lists the commands; overage <command> --help explains one)')
    .exitOverride()
  const asking = [addStatus, addPeers, addOffers, addSell, addBuy, addWithdraw, addSales, addReceipts]
  const running = [addNode, addJoin, addTestnet, ...asking, addKey, addDoctor]
  for (const add of [...running, addSwarm, addInspect, addSimulate, addStudy, addReplay, addClear, addReply])
    add(program)
  return program
}

/** Says what went wrong, and returns the exit code that goes with it. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  const known = error instanceof CommandError
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`error: ${known ? message : `unexpected: ${message}`}\n`)
  const advice = known ? error.advice : 'this is a fault of overage itself; OVERAGE_DEBUG=1 shows where'
  if (advice !== undefined) process.stderr.write(`${advice}\n`)
  const { OVERAGE_DEBUG: debug } = process.env
  if (debug === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  return known ? error.exitCode : exitCodes.failed
}

// A reader that stops reading (`overage clear … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done)
  throw error
})

try {
  await commandLine().parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}
