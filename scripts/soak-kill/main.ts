/**
 * `npm run soak:kill`: a live market of real processes, killed one after another while they trade, each started again.
 * At the end every receipt that anybody ever told of is in both stores, no law is broken, and every offer has ended.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '../../node/errors.js'
import { counted, seconds } from '../../node/format.js'
import { Interruption } from '../../node/interruption.js'
import { LiveLine } from '../../node/live-line.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import type { Fact } from '../../src/agent/agent.js'
import { Prng } from '../../src/sim/prng.js'
import { type Verdict, verdictOn } from './judge.js'
import { KillSwarm } from './swarm.js'

const count = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number, 1 or more.')
  return number
}

interface Flags {
  readonly kills: number
  readonly sellers: number
  readonly buyers: number
  readonly seed: string
  readonly folder: string
  readonly json?: string
}

const flags = new Command('soak:kill')
  .description('Kill the nodes of a live market at random while they trade, and look for what was lost.')
  .option('--kills <n>', 'how many SIGKILLs', count, 200)
  .option('--sellers <n>', 'nodes that sell', count, 3)
  .option('--buyers <n>', 'nodes that buy', count, 5)
  .option('--seed <text>', 'fixes who is killed when; processes race, so no two runs are alike', String(Date.now()))
  .option('--folder <path>', 'where the nodes live; emptied first', join('.overage', 'soak-kill'))
  .option('--json <file>', 'write the report there')
  .parse()
  .opts<Flags>()

/** Longest wait for the next kill; where a fact is waited for, after which any moment will do. */
const gapMsMax = 1_200
const factMsMax = 2_500
/** How long the survivors may take to settle everything. */
const restMsMax = 180_000
/** The instants just after a save are where a crash hurts: half of the kills wait for one of these. */
const moments: readonly Fact['type'][] = [
  'committed',
  'awarded',
  'accepted',
  'sold',
  'bought',
  'bid-received',
  'quoted',
]

interface Kill {
  readonly atMs: number
  readonly name: string
  /** The fact that it followed, if it waited for one. */
  readonly after: Fact['type'] | null
}

const line = new LiveLine(process.stderr)
const started = performance.now()
const kills: Kill[] = []
const swarm = new KillSwarm(flags)
const interruption = new Interruption({ stop: () => swarm.stop(), kill: () => swarm.killAll() })
try {
  console.log(
    `seed ${flags.seed}: ${counted(flags.kills, 'kill')}, ${counted(flags.sellers, 'seller')}, ${flags.buyers} buyers`,
  )
  await swarm.launch()
  await killAll()
  const rested = await swarm.rest(restMsMax)
  await swarm.stop()
  line.end()
  if (!interruption.happened) await tell(rested, verdictOn(await swarm.ledgers(), swarm.told, ed25519Verifier))
} finally {
  line.end()
  swarm.killAll()
  interruption.end()
  if (interruption.happened) process.exitCode = exitCodes.interrupted
}

async function killAll(): Promise<void> {
  const prng = new Prng(flags.seed).fork('kills')
  while (kills.length < flags.kills && swarm.failures.length === 0 && !interruption.happened) {
    const moment = prng.below(2) === 0 ? moments[prng.below(moments.length)]! : undefined
    if (moment === undefined) {
      await delay(prng.below(gapMsMax))
      hit(swarm.names[prng.below(swarm.names.length)]!, null)
    } else await hitAfter(moment)
    line.show([
      `${kills.length} of ${flags.kills} kills`,
      `${new Set(swarm.told.map(({ award }) => award)).size} receipts`,
      elapsed(),
    ])
  }
}

function hit(name: string, after: Fact['type'] | null): void {
  if (swarm.kill(name, { grow: true })) kills.push({ atMs: Math.round(performance.now() - started), name, after })
}

/** Kills whoever first reports such a fact, in the very turn in which it is heard. */
async function hitAfter(type: Fact['type']): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(late)
      stopListening()
      resolve()
    }
    const late = setTimeout(done, factMsMax)
    const stopListening = swarm.onFact((name, fact) => {
      if (fact.type !== type) return
      hit(name, type)
      done()
    })
  })
}

async function tell(rested: boolean, verdict: Verdict): Promise<void> {
  const { failures } = swarm
  const { sales, receiptsTold, lost, violations } = verdict
  const sound = rested && failures.length === 0 && lost.length === 0 && violations.length === 0
  const ending = rested ? 'all offers ended' : 'NOT at rest'
  console.log(`${counted(kills.length, 'kill')} in ${elapsed()}: ${counted(sales, 'sale')}, ${ending}`)
  console.log(
    `${counted(receiptsTold, 'receipt')} told of, ${lost.length} lost; ${counted(violations.length, 'broken law')}`,
  )
  for (const one of lost) console.log(`  lost ${one}`)
  for (const { law, who, detail } of violations) console.log(`  broken: ${law}: ${who}, ${detail}`)
  for (const failure of failures) console.log(`  ${failure}`)
  if (!sound) console.log(`the nodes' folders are left in ${flags.folder}`)
  const report = { ...flags, rested, ...verdict, failures, kills, elapsedMs: Math.round(performance.now() - started) }
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify(report, undefined, 2)}\n`)
  process.exitCode = sound ? exitCodes.done : exitCodes.failed
}

function elapsed(): string {
  return seconds(performance.now() - started)
}
