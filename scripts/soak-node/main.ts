/**
 * `npm run soak:node`: is a node that idles for a day worse than in its first hour? Some nodes stay, others come and go, known ones
 * and new ones, at thirty times the usual pace; memory after collection, handles, streams and disk are sampled, and none may grow.
 */
import '../../node/polyfill.js'
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '../../node/errors.js'
import { seconds } from '../../node/format.js'
import { Interruption } from '../../node/interruption.js'
import { LiveLine } from '../../node/live-line.js'
import { tableOf } from '../../node/table.js'
import { measuresIn } from './measures.js'
import { addressesOf, residentsOf, speed, type Visit } from './nodes.js'
import { growthOf, type Sample } from './slope.js'

interface Flags {
  readonly minutes: number
  readonly warmUp: number
  readonly residents: number
  readonly folder: string
  readonly json?: string
}

const positive = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('Give a number above 0.')
  return number
}

const flags = new Command('soak:node')
  .description('Let nodes idle while others come and go, and look for whatever grows.')
  .option('--minutes <n>', 'how long they are watched, once warm', positive, 10)
  .option('--warm-up <n>', 'minutes before that; less than gossip remembers makes the heap seem to grow', positive, 2.5)
  .option('--residents <n>', 'nodes that stay', positive, 4)
  .option('--folder <path>', 'where the nodes live; emptied first', join('.overage', 'soak-node'))
  .option('--json <file>', 'write the samples and the verdict there')
  .parse()
  .opts<Flags>()

/** People who come again and again, in turn with people who come once. */
const regulars = 3
const visitor = new URL('visitor.js', import.meta.url)
const stayMs = 2_000
/** After a visit, until everybody has noticed that it is over: what is sampled then is not what a visitor happens to take. */
const pauseMs = 1_000
const stopMsMax = 20_000

const collect = (globalThis as { gc?: () => void }).gc
if (collect === undefined) throw new Error('run this by npm run soak:node, which adds --expose-gc')
rmSync(flags.folder, { recursive: true, force: true })
const line = new LiveLine(process.stderr)
const started = performance.now()
/** Gossip's memory of two minutes is full then, everybody has met everybody, and most code is compiled. */
const warmAt = flags.warmUp * 60_000
const endsAt = started + warmAt + flags.minutes * 60_000
const measures = measuresIn(flags.folder)
const samples = new Map<string, Sample[]>(measures.map(({ name }) => [name, []]))
let visits = 0
let over = false
const residents = await residentsOf(flags)
const interruption = new Interruption({
  stop: async () => {
    over = true
  },
})
try {
  while (!over && performance.now() < endsAt) {
    // Ctrl-C ends a visitor too, as it is of this process' group.
    await comeAndGo().catch((error: Error) => {
      if (!over) throw error
    })
    await delay(pauseMs)
    await take()
  }
  if (!interruption.happened) tell()
} finally {
  line.end()
  const stopped = await Promise.race([stop().then(() => true), delay(stopMsMax, false)])
  interruption.end()
  if (interruption.happened) process.exitCode = exitCodes.interrupted
  if (!stopped) {
    console.error(`the nodes did not stop within ${seconds(stopMsMax)}`)
    process.exit(exitCodes.failed)
  }
}

async function comeAndGo(): Promise<void> {
  const isRegular = visits % 2 === 0
  const name = isRegular ? `regular-${((visits / 2) % regulars) + 1}` : `stranger-${visits}`
  const given: Visit = { folder: flags.folder, name, bootstrap: addressesOf(residents), stayMs }
  await promisify(execFile)(process.execPath, [fileURLToPath(visitor), JSON.stringify(given)])
  if (!isRegular) rmSync(join(flags.folder, name), { recursive: true })
  visits += 1
}

async function take(): Promise<void> {
  // Twice: what a finaliser lets go of is collected the second time.
  collect!()
  await delay(20)
  collect!()
  const at = (performance.now() - started) / 1_000
  for (const { name, of } of measures) samples.get(name)!.push({ at, value: of(residents) })
  const heap = samples.get('heap')!.at(-1)!.value
  line.show([
    `${seconds(performance.now() - started)} of ${flags.warmUp + flags.minutes} min`,
    `${visits} visits`,
    `heap ${heap.toFixed(1)} MB`,
  ])
}

function tell(): void {
  line.end()
  const results = measures.map(({ name, unit, perHourMax }) => {
    const all = samples.get(name)!
    const settled = all.filter(({ at }) => at * 1_000 >= warmAt)
    const { perHour, first, last } = growthOf(settled)
    return { name, unit, first, last, perHour, perHourMax, flat: perHour <= perHourMax, curve: curveOf(all) }
  })
  const columns = [
    { title: 'what' },
    { title: 'first', align: 'right' as const },
    { title: 'last', align: 'right' as const },
    { title: 'an hour adds', align: 'right' as const },
    { title: 'at most', align: 'right' as const },
    { title: 'its course' },
    { title: '' },
  ]
  const rows = results.map(({ name, unit, first, last, perHour, perHourMax, flat, curve }) => {
    const shown = (value: number): string => `${value.toFixed(1)} ${unit}`.trim()
    return [name, shown(first), shown(last), shown(perHour), shown(perHourMax), curve, flat ? '✔' : '✘ grows']
  })
  const simulated = (flags.minutes * speed) / 60
  console.log(
    `${flags.residents} nodes idle for ${flags.minutes} min at ${speed} times the usual pace, as in ${simulated.toFixed(1)} hours; ${visits} visits`,
  )
  console.log(tableOf(columns, rows))
  const grows = results.filter(({ flat }) => !flat)
  console.log(grows.length === 0 ? 'nothing grows' : `${grows.map(({ name }) => name).join(', ')}: more than allowed`)
  if (flags.json !== undefined)
    writeFileSync(
      flags.json,
      `${JSON.stringify({ ...flags, speed, visits, results, samples: Object.fromEntries(samples) }, undefined, 2)}\n`,
    )
  process.exitCode = grows.length === 0 ? exitCodes.done : exitCodes.failed
}

async function stop(): Promise<void> {
  await Promise.all(residents.map((node) => node.stop({ withdraw: true })))
}

/** The samples as a row of blocks, between their least and their most. */
function curveOf(all: readonly Sample[], width = 30): string {
  const values = all.map(({ value }) => value)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const step = Math.max(1, values.length / width)
  return Array.from({ length: Math.min(width, values.length) }, (_, index) => {
    const value = values[Math.floor(index * step)]!
    return '▁▂▃▄▅▆▇█'[most === least ? 0 : Math.round(((value - least) / (most - least)) * 7)]
  }).join('')
}
