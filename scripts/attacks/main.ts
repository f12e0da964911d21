/**
 * `npm run attacks`: the same small market without an attacker and under each attack, every node a process. Says what share of
 * the undisturbed welfare honest people still get, and how much memory an honest node takes at most.
 */
import { writeFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { attacks } from '../../node/swarm/attack/attacks.js'
import { type Column, tableOf } from '../../node/table.js'
import { runTrial, type Trial } from './trial.js'

const welfareMin = 0.95
const memoryMbMax = 300

const wholeNumber = (text: string): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('Give a whole number from 1.')
  return number
}

const { seed, attack, buyers, sellers, json } = new Command('attacks')
  .description('Attack a small market of real nodes, and measure what honest people lose.')
  .option('--seed <text>', 'fixes the market and the identities of its nodes', '1')
  .addOption(new Option('--attack <name>', 'this one alone').choices(attacks.map(({ name }) => name)))
  .option('--buyers <n>', 'honest buyers', wholeNumber, 5)
  .option('--sellers <n>', 'honest sellers', wholeNumber, 3)
  .option('--json <file>', 'write the figures to a file as well')
  .parse()
  .opts<{ seed: string; attack?: string; buyers: number; sellers: number; json?: string }>()

const size = { seed, buyers, sellers }
const undisturbed = await told('none', runTrial({ ...size, attack: undefined }))
const chosen = attacks.filter(({ name }) => attack === undefined || name === attack)
const trials: { readonly name: string; readonly trial: Trial; readonly share: number }[] = []
for (const { name } of chosen) {
  const trial = await told(name, runTrial({ ...size, attack: name }))
  trials.push({ name, trial, share: trial.welfareShare / undisturbed.welfareShare })
}

const columns: readonly Column[] = [
  { title: 'attack' },
  { title: 'welfare', align: 'right' },
  { title: 'of undisturbed', align: 'right' },
  { title: 'sales', align: 'right' },
  { title: 'seconds', align: 'right' },
  { title: 'memory', align: 'right' },
  { title: 'what the attacker did' },
]
const rows = [{ name: 'none', trial: undisturbed, share: 1 }, ...trials].map(({ name, trial, share }) => [
  name,
  `${(100 * trial.welfareShare).toFixed(1)} %`,
  `${(100 * share).toFixed(1)} %`,
  String(trial.sales),
  (trial.tradeMs / 1_000).toFixed(1),
  trial.memoryMax === undefined ? '?' : `${trial.memoryMax.toFixed(0)} MB`,
  Object.entries(trial.did)
    .map(([what, times]) => `${times} ${what}`)
    .join(', '),
])
console.log(tableOf(columns, rows))
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ ...size, undisturbed, trials }, undefined, 2)}\n`)
const sound = trials.every(
  ({ trial, share }) =>
    share >= welfareMin &&
    (trial.memoryMax ?? 0) <= memoryMbMax &&
    trial.failures.length === 0 &&
    trial.rest === 'at rest',
)
process.exitCode = sound ? 0 : 1

async function told(name: string, trial: Promise<Trial>): Promise<Trial> {
  const result = await trial
  const { rest, welfareShare, failures } = result
  if (process.stderr.isTTY) process.stderr.write(`${name}: ${rest}, welfare ${(100 * welfareShare).toFixed(1)} %\n`)
  for (const failure of failures) console.error(`${name}: ${failure}`)
  return result
}
