/**
 * `npm run attacks`: the same small market without an attacker and under each attack, every node a process. Says what share of
 * the undisturbed welfare honest people still get, and how much memory an honest node takes at most. Exit code 1 when a limit is broken.
 */
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { exitCodes } from '../../node/errors.js'
import { Interruption } from '../../node/interruption.js'
import { LiveLine } from '../../node/live-line.js'
import { attacks } from '../../node/swarm/attack/attacks.js'
import { type Column, tableOf } from '../../node/table.js'
import { runTrial, type Trial } from './trial.js'

const welfareMin = 0.95
const memoryMbMax = 300
/** Undisturbed markets, whose mean the others are compared with: processes race, so no two end alike. */
const undisturbedTrials = 2

const wholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number from 1.')
  return number
}

const { seed, attack, buyers, sellers, json } = new Command('attacks')
  .description('Attack a small market of real nodes, and measure what honest people lose.')
  .option('--seed <text>', 'fixes the market and the identities of its nodes', '1')
  .addOption(new Option('--attack <name...>', 'these alone; default: all').choices(attacks.map(({ name }) => name)))
  .option('--buyers <n>', 'honest buyers', wholeNumber, 5)
  .option('--sellers <n>', 'honest sellers', wholeNumber, 3)
  .option('--json <file>', "write the figures to a file as well; '-': to standard output, in the table's place")
  .addHelpText(
    'after',
    `
Each attack takes about half a minute. Exit code 1 when honest welfare falls below ${100 * welfareMin} % of the undisturbed market's, a node
takes more than ${memoryMbMax} MB, honest people refuse each other, a law is broken or a market does not come to rest.

Examples:
  npm run attacks
  npm run attacks -- --attack offer-flood sybil-offers --json attacks.json`,
  )
  .parse()
  .opts<{ seed: string; attack?: readonly string[]; buyers: number; sellers: number; json?: string }>()

interface Row {
  readonly name: string
  readonly trial: Trial
  /** Of the undisturbed welfare. */
  readonly share: number
  /** What limits it breaks; empty: none. */
  readonly broken: readonly string[]
}

const stopping = new AbortController()
const interruption = new Interruption({ stop: async () => stopping.abort() })
void interruption.signalled.then(() => stopping.abort())
const line = new LiveLine(process.stderr)
try {
  await main()
} catch (error) {
  if (!interruption.happened) throw error
  process.exitCode = exitCodes.interrupted
} finally {
  line.end()
  interruption.end()
}

async function main(): Promise<void> {
  const chosen = attacks.filter(({ name }) => attack === undefined || attack.includes(name))
  const total = undisturbedTrials + chosen.length
  const undisturbed: Trial[] = []
  while (undisturbed.length < undisturbedTrials) undisturbed.push(await tried(undefined, [undisturbed.length, total]))
  const usual = undisturbed.reduce((sum, { welfareShare }) => sum + welfareShare, 0) / undisturbed.length
  const rowOf = (name: string, trial: Trial): Row => {
    const share = trial.welfareShare / usual
    return { name, trial, share, broken: brokenBy(trial, share) }
  }
  const rows = undisturbed.map((trial) => rowOf('none', trial))
  const report = () => `${JSON.stringify({ seed, buyers, sellers, rows }, undefined, 2)}\n`
  for (const { name } of chosen) {
    rows.push(rowOf(name, await tried(name, [rows.length, total])))
    // Whoever interrupts it keeps what was measured so far.
    if (json !== undefined && json !== '-') writeFileSync(json, report())
  }
  line.end()
  if (json === '-') process.stdout.write(report())
  else console.log(tableFor(rows))
  for (const { name, broken } of rows) for (const limit of broken) console.error(`${name}: ${limit}`)
  process.exitCode = rows.every(({ broken }) => broken.length === 0) ? exitCodes.done : exitCodes.failed
}

async function tried(name: string | undefined, [done, total]: readonly [number, number]): Promise<Trial> {
  const began = performance.now()
  const show = (): void => {
    const seconds = Math.round((performance.now() - began) / 1_000)
    line.show([`${done} of ${total} markets`, name ?? 'nobody attacks', `${seconds} s`])
  }
  const timer = setInterval(show, 250)
  try {
    return await runTrial({ seed, buyers, sellers, attack: name, stopping: stopping.signal })
  } finally {
    clearInterval(timer)
  }
}

function brokenBy({ rest, failures, memoryMax, wronged }: Trial, share: number): readonly string[] {
  return [
    ...(share < welfareMin ? [`honest people got ${(100 * share).toFixed(1)} % of their undisturbed welfare`] : []),
    ...((memoryMax ?? 0) > memoryMbMax ? [`a node took ${memoryMax?.toFixed(0)} MB`] : []),
    ...(wronged > 0 ? [`honest nodes refused honest nodes ${wronged} times`] : []),
    ...(rest !== 'at rest' ? [`the market did not come to rest: ${rest}`] : []),
    ...failures,
  ]
}

function tableFor(rows: readonly Row[]): string {
  const columns: readonly Column[] = [
    { title: 'attack' },
    { title: 'welfare', align: 'right' },
    { title: 'of undisturbed', align: 'right' },
    { title: 'sales', align: 'right' },
    { title: 'seconds', align: 'right' },
    { title: 'memory', align: 'right' },
    { title: 'refused by nodes' },
    { title: 'what the attacker did' },
  ]
  const cells = ({ name, trial, share }: Row): readonly string[] => [
    name,
    `${(100 * trial.welfareShare).toFixed(1)} %`,
    `${(100 * share).toFixed(1)} %`,
    String(trial.sales),
    (trial.tradeMs / 1_000).toFixed(1),
    trial.memoryMax === undefined ? '?' : `${trial.memoryMax.toFixed(0)} MB`,
    listed(trial.refusals),
    listed(trial.did),
  ]
  return tableOf(columns, rows.map(cells))
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ')
}
