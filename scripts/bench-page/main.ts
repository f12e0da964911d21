/**
 * `npm run bench:page`: the real page in a real browser, on a market that tells it thousands of events a second: how long its frames take,
 * beside an empty page that reads the same stream and draws nothing. With `--minutes` it watches the memory of one view instead.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { exitCodes } from '../../node/errors.js'
import { tableOf } from '../../node/table.js'
import { type Browser, executable, hasBrowser, openBrowser } from '../chromium.js'
import type { FeedNews, FeedOrder } from './feed.js'
import { frameMsMax, probe } from './frames.js'
import { type Material, materialFrom } from './material.js'
import { HeapMeter, type Held } from './memory.js'
import { countsOf, openTab, type Watched, watch } from './watch.js'

const positive = (text: string): number => {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('Give a number above 0.')
  return number
}

/** MB a minute: less is not told from noise, and would take hours to be felt. */
const growthMax = 0.5

interface Flags {
  readonly rate: number
  readonly seconds: number
  readonly minutes?: number
  readonly view?: readonly string[]
  readonly again?: true
  readonly json?: string
}

const flags = new Command('bench:page')
  .description('Measure the frames of the page under a stream of events, view by view.')
  .option('--rate <n>', 'gossip events a second', positive, 5_000)
  .option('--seconds <n>', 'how long each view is watched', positive, 60)
  .option('--minutes <n>', 'watch the memory of one view for so long instead', positive)
  .option('--view <names...>', 'some of market, mesh, people, person, messages, filtered, offer, sale')
  .option('--again', 'on the market of the last time, for comparisons')
  .option('--json <file>', 'write the figures there')
  .parse()
  .opts<Flags>()

if (!hasBrowser) {
  console.error(`there is no ${executable}; apt-get install chromium brings one, OVERAGE_CHROMIUM names another`)
  process.exit(exitCodes.usage)
}
const material = await materialOf(flags)
const { events, facts, lengthMs } = material
console.error(
  `${events.length} events and ${facts.length} facts in ${(lengthMs / 1_000).toFixed(0)} s, at ${flags.rate} a second from here on`,
)
const views = viewsOf(material)
const chosen = flags.view ?? Object.keys(views)
const unknown = chosen.filter((name) => !Object.hasOwn(views, name))
if (unknown.length > 0) {
  console.error(`no such view: ${unknown.join(', ')}; there are ${Object.keys(views).join(', ')}`)
  process.exit(exitCodes.usage)
}

interface Row extends Watched {
  readonly name: string
  readonly pushedPerSecond: number
  /** How old the newest event was that it had taken in, by how many had been put out; undefined: it does not count. */
  readonly behindMs: number | undefined
  readonly missed: number | undefined
}

const feed = fork(fileURLToPath(new URL('feed.js', import.meta.url)))
try {
  const { url } = (await told(feed, { material, rate: flags.rate } satisfies FeedOrder)) as { readonly url: string }
  if (flags.minutes === undefined) await watchFrames(url)
  else await watchMemory(url, flags.minutes)
} finally {
  feed.disconnect()
}

async function watchFrames(url: string): Promise<void> {
  const rows: Row[] = []
  const look = async (name: string, route: string | undefined): Promise<void> => {
    console.error(`${name} …`)
    const row = await rowOf({ name, route, url })
    rows.push(row)
    console.error(
      `  ${row.frames.over} of ${row.frames.count} frames over ${frameMsMax} ms, the longest ${row.frames.max.toFixed(0)} ms`,
    )
  }
  await look('empty page, before', undefined)
  for (const name of chosen) await look(name, views[name]!)
  await look('empty page, after', undefined)
  print(rows)
  if (flags.json !== undefined) await writeFile(flags.json, `${JSON.stringify({ ...flags, rows }, undefined, 2)}\n`)
  if (rows.some(({ name, frames }) => !name.startsWith('empty') && frames.over > 0)) process.exitCode = exitCodes.failed
}

/** What is held settles while code is compiled and rings fill: the first minute does not count. */
async function watchMemory(url: string, minutes: number): Promise<void> {
  const [name = 'messages'] = flags.view ?? []
  const browser = await openBrowser()
  try {
    await openTab(browser.page, { url, route: views[name] })
    const meter = await HeapMeter.on(browser.page)
    const samples: Held[] = []
    for (let minute = 1; minute <= minutes; minute += 1) {
      await delay(60_000)
      samples.push(await meter.take())
      const { page, worker, process } = samples.at(-1)!
      console.log(
        `minute ${minute}: page ${page.toFixed(1)} MB, worker ${worker.toFixed(1)} MB, process ${process?.toFixed(0) ?? '–'} MB`,
      )
    }
    const { pushed: put } = await pushed()
    console.log(`${put.toLocaleString('en-US')} events went by the view ${name}`)
    const growth = growthOf(samples.slice(1))
    console.log(growth === undefined ? '' : `a minute adds ${growth.toFixed(2)} MB of heap, after the first`)
    if (flags.json !== undefined)
      await writeFile(flags.json, `${JSON.stringify({ ...flags, samples }, undefined, 2)}\n`)
    if (growth !== undefined && growth > growthMax) process.exitCode = exitCodes.failed
  } finally {
    await browser.close()
  }
}

/** MB that a minute adds to both heaps, by the line that fits them best; undefined: too few to tell. */
function growthOf(samples: readonly Held[]): number | undefined {
  if (samples.length < 3) return undefined
  const heaps = samples.map(({ page, worker }) => page + worker)
  const middle = (samples.length - 1) / 2
  const mean = heaps.reduce((sum, heap) => sum + heap, 0) / heaps.length
  const upper = heaps.reduce((sum, heap, minute) => sum + (minute - middle) * (heap - mean), 0)
  return upper / heaps.reduce((sum, _, minute) => sum + (minute - middle) ** 2, 0)
}

/** A market is watched once, and kept. */
async function materialOf({ again }: Flags): Promise<Material> {
  const folder = join('.overage', 'bench-page')
  const file = join(folder, 'material.json')
  if (again === true) return JSON.parse(await readFile(file, 'utf8')) as Material
  console.error('a market of twenty nodes, to be watched again and again …')
  const made = await materialFrom(folder)
  await writeFile(file, JSON.stringify(made))
  return made
}

/** Where each view is, that of a person, an offer and a sale for one of the market. */
function viewsOf({ views: seen }: Material): Readonly<Record<string, string>> {
  const { sales, nodes } = seen.at(-1)!
  const [sale] = sales
  const buyer = nodes.find(({ peerId }) => peerId === sale!.buyer)!
  return {
    market: '',
    mesh: 'mesh',
    people: 'people',
    person: `person/${buyer.peerId}`,
    messages: 'messages',
    filtered: `messages/${encodeURIComponent('kind=auction')}`,
    offer: `offer/${encodeURIComponent(sale!.offer)}`,
    sale: `sale/${sale!.award}`,
  }
}

async function rowOf({
  name,
  route,
  url,
}: {
  readonly name: string
  readonly route: string | undefined
  readonly url: string
}): Promise<Row> {
  const browser: Browser = await openBrowser({ script: probe })
  try {
    const before = await pushed()
    const firstKept = Math.max(0, before.pushed - 40_000)
    const from = performance.now()
    const watched = await watch(browser.page, { url, route, seconds: flags.seconds })
    const after = await pushed()
    const perSecond = ((after.pushed - before.pushed) / (performance.now() - from)) * 1_000
    const counts = route === undefined ? undefined : await countsOf(browser.page, pushed)
    return {
      name,
      ...watched,
      pushedPerSecond: perSecond,
      behindMs: counts && ((counts.first.pushed - firstKept - counts.seen - counts.missed) / flags.rate) * 1_000,
      missed: counts?.missed,
    }
  } finally {
    await browser.close()
  }
}

async function pushed(): Promise<Extract<FeedNews, { pushed: number }>> {
  return (await told(feed, 'how many')) as Extract<FeedNews, { pushed: number }>
}

async function told(to: ChildProcess, order: FeedOrder | string): Promise<FeedNews> {
  const answer = once(to, 'message')
  to.send(order)
  return ((await answer) as [FeedNews])[0]
}

function print(rows: readonly Row[]): void {
  const columns = [
    { title: 'view' },
    ...[
      'events/s',
      'behind',
      'frames',
      'p50',
      'p99',
      'longest',
      `> ${frameMsMax} ms`,
      'tasks > 50 ms',
      'longest',
      'its work',
      'busy',
    ].map((title) => ({ title, align: 'right' as const })),
  ]
  const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`
  const cells = rows.map(({ name, pushedPerSecond, behindMs, frames, busy, longestWork }) => [
    name,
    pushedPerSecond.toFixed(0),
    behindMs === undefined ? '' : ms(Math.max(0, behindMs)),
    String(frames.count),
    ms(frames.p50),
    ms(frames.p99),
    ms(frames.max),
    String(frames.over),
    String(frames.longTasks),
    ms(frames.longestTask),
    ms(longestWork),
    `${(busy * 100).toFixed(0)} %`,
  ])
  console.log(tableOf(columns, cells))
}
