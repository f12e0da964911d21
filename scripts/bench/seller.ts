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
/** At a pace, each buyer bids so often. */
const everyMs = 2_000
/** An answer that takes longer is none. */
const patienceMs = 5_000

export async function benchSeller(options: SellerBenchOptions = {}): Promise<readonly BenchRow[]> {
  const { buyers = 1_000, hurryMs = 5_000, paceMs = 14_000 } = options
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
  const refusals = await run(outside, { ms: hurryMs, exchange: (bidder) => bidder.bid() })
  const paced = await run(crowd, { ms: paceMs, everyMs, exchange: (bidder) => bidder.bid() })
  const bareBids = await run(inside, { ms: hurryMs, exchange: (bidder) => bidder.exchange(sizeOf(bids, 'quote')) })
  const sizeOfRefusal = sizeOf(refusals, 'refused')
  const bareRefusals = await run(outside, { ms: hurryMs, exchange: (bidder) => bidder.exchange(sizeOfRefusal) })
  const sizeOfQuote = sizeOf(paced, 'quote')
  const barePaced = await run(crowd, { ms: paceMs, everyMs, exchange: (bidder) => bidder.exchange(sizeOfQuote) })
  await Promise.all(crowd.map((bidder) => bidder.stop()))
  seller.disconnect()
  await once(seller, 'exit')
  return [
    rateRow('bid accepted', { ours: bids, type: 'quote', bare: bareBids, limit: 8 }),
    rateRow('bid refused', { ours: refusals, type: 'refused', bare: bareRefusals, limit: 4 }),
    ...[0.5, 0.95].map((share) =>
      rowOf({
        name: `${buyers} buyers: bid to quote / bare reply, p${100 * share}`,
        ours: quantile(latenciesOf(paced, 'quote'), share),
        bare: quantile(latenciesOf(barePaced, 'reply'), share),
        unit: 'ms',
        limit: share === 0.5 ? 4 : 20,
      }),
    ),
    strainRow('CPU', { ours: paced, bare: barePaced, of: ({ cpuMs }) => cpuMs, unit: 'ms', limit: 6 }),
    strainRow('timers late p99', {
      ours: paced,
      bare: barePaced,
      of: ({ lateMsP99 }) => lateMsP99,
      unit: 'ms',
      limit: 10,
    }),
    strainRow('timers late at most', {
      ours: paced,
      bare: barePaced,
      of: ({ lateMsMax }) => lateMsMax,
      unit: 'ms',
      limit: 40,
    }),
    strainRow('memory at most', {
      ours: paced,
      bare: bareBefore,
      of: ({ residentMax }) => residentMax / 2 ** 20,
      unit: 'MB',
      limit: 3,
    }),
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
  return { elapsedMs: performance.now() - start, answers }
}

const answersOf = ({ answers }: Tally, type: Answer['type']) => answers.filter((answer) => answer.type === type)

const latenciesOf = (tally: Tally, type: Answer['type']): readonly number[] =>
  answersOf(tally, type).map(({ latencyMs }) => latencyMs)

/** How large a bid and its answer were on average, in bytes. */
function sizeOf(tally: Tally, type: Answer['type']): Pick<Answer, 'sent' | 'received'> {
  const answers = answersOf(tally, type)
  const mean = (of: (answer: Answer) => number): number =>
    Math.round(answers.reduce((sum, answer) => sum + of(answer), 0) / answers.length)
  return { sent: mean(({ sent }) => sent), received: mean(({ received }) => received) }
}

function rateRow(
  what: string,
  { ours, type, bare, limit }: { ours: Outcome; type: Answer['type']; bare: Outcome; limit: number },
): BenchRow {
  const perSecond = (tally: Tally, kind: Answer['type']): number =>
    (1_000 * answersOf(tally, kind).length) / tally.elapsedMs
  const [a, b] = [perSecond(ours, type), perSecond(bare, 'reply')]
  const name = `a ${what} / a bare reply, at ${Math.round(a)} and ${Math.round(b)} a second`
  return rowOf({ name, ours: 1e6 / a, bare: 1e6 / b, unit: 'µs', limit })
}

function strainRow(
  what: string,
  {
    ours,
    bare,
    of,
    unit,
    limit,
  }: { ours: Outcome; bare: Outcome; of: (strain: Strain) => number; unit: string; limit: number },
): BenchRow {
  return rowOf({ name: `the same: its seller's ${what}`, ours: of(ours.strain), bare: of(bare.strain), unit, limit })
}
