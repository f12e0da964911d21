/**
 * A seller whom a thousand buyers bid at, each over a connection of its own: as many as its auction holds stand, the rest are
 * refused. The bare side is the same connections, carrying as many bytes each way that nobody looks at.
 */
import '../../node/polyfill.js'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { limits } from '../../src/protocol/message.js'
import { type Answer, Bidder } from './bidder.js'
import type { Strain } from './crowd-seller.js'
import { pause } from './hosts.js'
import { type BenchRow, quantile, rowOf } from './row.js'
import type { SellerPlace } from './seller-node.js'

export interface SellerBenchOptions {
  readonly buyers?: number
  /** How long bids come as fast as they are answered, and how long they come at a pace. A commit is due every 6 s. */
  readonly hurryMs?: number
  readonly paceMs?: number
}

/** Buyers who connect at a time. */
const dialsMax = 16
/** At a pace, each buyer bids so often: a busy market's buyer bids seven times in half a minute, and then rests. */
const everyMs = 10_000
/** An answer that takes longer is none. */
const patienceMs = 5_000

export async function benchSeller(options: SellerBenchOptions = {}): Promise<readonly BenchRow[]> {
  const { buyers = 1_000, hurryMs = 5_000, paceMs = 20_000 } = options
  const seller = fork(fileURLToPath(new URL('crowd-seller.js', import.meta.url)))
  const heard = async <Report>(): Promise<Report> => ((await once(seller, 'message')) as [Report])[0]
  const place = await heard<SellerPlace>()
  const strain = (): Promise<Strain> => {
    seller.send('report')
    return heard<Strain>()
  }
  const crowd = await startBidders(buyers, place)
  const run = async (bidders: readonly Bidder[], work: Work): Promise<Outcome> => {
    await strain()
    const done = await drive(bidders, work)
    return { ...done, strain: await strain() }
  }
  // One bare exchange and the bids that fill the auction, so that nothing is measured the first time that it happens.
  const bareBefore = await run(crowd, {
    ms: 1_000,
    exchange: (bidder) => bidder.exchange({ sent: 300, received: 600 }),
  })
  const inside = crowd.slice(0, limits.participantsMax)
  const outside = crowd.slice(limits.participantsMax)
  for (const bidders of [inside, outside]) await drive(bidders, { ms: 1_000, exchange: (bidder) => bidder.bid() })
  const bids = await run(inside, { ms: hurryMs, exchange: (bidder) => bidder.bid() })
  const others = await run(outside, { ms: hurryMs, exchange: (bidder) => bidder.bid() })
  const paced = await run(crowd, { ms: paceMs, everyMs, exchange: (bidder) => bidder.bid() })
  const bareBids = await run(inside, { ms: hurryMs, exchange: (bidder) => bidder.exchange(bids.mean) })
  const bareOthers = await run(outside, { ms: hurryMs, exchange: (bidder) => bidder.exchange(others.mean) })
  const barePaced = await run(crowd, { ms: paceMs, everyMs, exchange: (bidder) => bidder.exchange(paced.mean) })
  await Promise.all(crowd.map((bidder) => bidder.stop()))
  seller.disconnect()
  await once(seller, 'exit')
  return [
    ...rateRows('bid accepted', { ours: bids, types: ['quote'], bare: bareBids, limit: 20 }),
    ...rateRows(`bid of ${outside.length} for ${inside.length} places answered`, {
      ours: others,
      types: ['quote', 'refused', 'award'],
      bare: bareOthers,
      limit: 8,
    }),
    ...paceRows({ buyers, ours: paced, bare: barePaced, bareBefore }),
  ]
}

interface Work {
  readonly ms: number
  /** Between two exchanges of one bidder; none unless said: as fast as answers come. */
  readonly everyMs?: number
  readonly exchange: (bidder: Bidder) => Promise<Answer>
}

interface Tally {
  readonly elapsedMs: number
  readonly answers: readonly (Answer & { readonly latencyMs: number })[]
  /** Bytes each way for each exchange: all that was carried, quotes that nobody asked for and awards included. */
  readonly mean: Pick<Answer, 'sent' | 'received'>
}

interface Outcome extends Tally {
  readonly strain: Strain
}

async function startBidders(count: number, place: SellerPlace): Promise<readonly Bidder[]> {
  const bidders: Bidder[] = []
  let left = count
  const start = async (): Promise<void> => {
    while (left-- > 0) bidders.push(await Bidder.start(place))
  }
  await Promise.all(Array.from({ length: dialsMax }, start))
  return bidders
}

/** Lets every bidder make one exchange after the other until the time is up. */
async function drive(bidders: readonly Bidder[], { ms, everyMs: gapMs = 0, exchange }: Work): Promise<Tally> {
  const answers: (Answer & { latencyMs: number })[] = []
  const carried = (way: 'sent' | 'received'): number => bidders.reduce((sum, bidder) => sum + bidder.carried[way], 0)
  const before = { sent: carried('sent'), received: carried('received') }
  const start = performance.now()
  const loop = async (bidder: Bidder, index: number): Promise<void> => {
    for (let due = (gapMs * index) / bidders.length; due < ms; due = Math.max(due + gapMs, performance.now() - start)) {
      const waitMs = start + due - performance.now()
      if (waitMs > 0) await pause(waitMs)
      const sent = performance.now()
      const answer = await exchange(bidder)
      if (answer.type !== 'none') answers.push({ ...answer, latencyMs: performance.now() - sent })
    }
  }
  const patience = setTimeout(() => {
    for (const bidder of bidders) bidder.giveUp()
  }, ms + patienceMs)
  await Promise.all(bidders.map(loop))
  clearTimeout(patience)
  const elapsedMs = performance.now() - start
  if (answers.length === 0) throw new Error('no bid was answered in time: this machine is too busy')
  const meanOf = (way: 'sent' | 'received'): number => Math.round((carried(way) - before[way]) / answers.length)
  return { elapsedMs, answers, mean: { sent: meanOf('sent'), received: meanOf('received') } }
}

const answersOf = ({ answers }: Tally, types: readonly Answer['type'][]) =>
  answers.filter(({ type }) => types.includes(type))

const latenciesOf = (tally: Tally, type: Answer['type']): readonly number[] =>
  answersOf(tally, [type]).map(({ latencyMs }) => latencyMs)

/**
 * The time from one answer to the next, and what each cost the seller's processor. Rounds and commits are in it, in which every
 * bidder is sent a signed quote or award whether it bid or not: the fewer bids a slow machine gets through, the more of that falls on each.
 */
function rateRows(
  what: string,
  {
    ours,
    types,
    bare,
    limit,
  }: {
    readonly ours: Outcome
    readonly types: readonly Answer['type'][]
    readonly bare: Outcome
    readonly limit: number
  },
): readonly BenchRow[] {
  const counts = { ours: answersOf(ours, types).length, bare: answersOf(bare, ['reply']).length }
  const perSecond = (count: number, { elapsedMs }: Tally): number => Math.round((1_000 * count) / elapsedMs)
  const rates = `at ${perSecond(counts.ours, ours)} and ${perSecond(counts.bare, bare)} a second`
  const row = (name: string, of: (outcome: Outcome) => number): BenchRow => {
    const micros = { ours: (1_000 * of(ours)) / counts.ours, bare: (1_000 * of(bare)) / counts.bare }
    return rowOf({ name, ...micros, unit: 'µs', limit })
  }
  return [
    row(`a ${what} / a bare reply, ${rates}`, ({ elapsedMs }) => elapsedMs),
    row("the same: its seller's CPU", ({ strain }) => strain.cpuMs),
  ]
}

/** What all of them see, and what it takes of the seller, when nobody hurries. */
function paceRows({
  buyers,
  ours,
  bare,
  bareBefore,
}: {
  readonly buyers: number
  readonly ours: Outcome
  readonly bare: Outcome
  /** Before the auction began: memory that it took is not given back. */
  readonly bareBefore: Outcome
}): readonly BenchRow[] {
  const latency = (share: number, limit: number): BenchRow =>
    rowOf({
      name: `${buyers} buyers, each bidding every ${everyMs / 1_000} s: bid to quote / bare reply, p${100 * share}`,
      ours: quantile(latenciesOf(ours, 'quote'), share),
      bare: quantile(latenciesOf(bare, 'reply'), share),
      unit: 'ms',
      limit,
    })
  const strain = (
    what: string,
    of: (strain: Strain) => number,
    unit: string,
    limit: number,
    against = bare,
  ): BenchRow =>
    rowOf({ name: `the same: its seller's ${what}`, ours: of(ours.strain), bare: of(against.strain), unit, limit })
  return [
    latency(0.5, 4),
    // A round's end quotes 256 bidders, each another ladder; a commit signs as many awards of 50 kB. Who bids just then waits.
    latency(0.95, 150),
    strain('CPU', ({ cpuMs }) => cpuMs, 'ms', 8),
    strain('timers late p99', ({ lateMsP99 }) => lateMsP99, 'ms', 30),
    strain('timers late at most', ({ lateMsMax }) => lateMsMax, 'ms', 80),
    strain('memory at most', ({ residentMax }) => residentMax / 2 ** 20, 'MB', 2, bareBefore),
  ]
}
