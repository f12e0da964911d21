/** How long a million bids take to clear, against a plain sort of the same million. */
import { pathToFileURL } from 'node:url'
import { clear } from '../../src/mechanism/auction.js'
import type { Bid } from '../../src/mechanism/bid.js'
import { Prng } from '../../src/sim/prng.js'
import { megabytes, megabytesMax, ticks } from '../../src/units.js'
import { type BenchRow, rowOf } from './row.js'

const bidCount = 1_000_000
const runs = 7

/** Medians in ms of `clear` and of sorting the same bids' prices as a native float array, the fastest sort there is. */
export async function benchClearing(): Promise<BenchRow> {
  return measure('clear a million bids / sort them', { levels: 100_000_000, widest: 20 })
}

/** Books in which ties decide: few prices, and one price for all. */
export async function benchTiedClearing(): Promise<readonly BenchRow[]> {
  return [
    measure('the same at ten prices', { levels: 10, widest: 20 }),
    measure('the same at one price, one quantity', { levels: 1, widest: 1 }),
  ]
}

function measure(name: string, shape: { readonly levels: number; readonly widest: number }): BenchRow {
  const random = new Prng('clearing')
  const bids: Bid[] = Array.from({ length: bidCount }, (_, index) => ({
    buyer: `buyer-${index}`,
    quantity: megabytes(random.between(1, shape.widest)),
    price: ticks(random.between(1, shape.levels)),
  }))
  const ask = { stock: megabytes(Math.min(megabytesMax, (bidCount * shape.widest) / 4 + 1)), reserve: ticks(0) }
  const prices = Float64Array.from(bids, ({ price }) => price)
  const ours: number[] = []
  const bare: number[] = []
  for (let run = 0; run < runs; run++) {
    bare.push(elapsed(() => prices.slice().sort()))
    ours.push(elapsed(() => clear(ask, bids)))
  }
  const [a, b] = [median(ours), median(bare)]
  return rowOf({ name, ours: a, bare: b, unit: 'ms', limit: 3 })
}

function elapsed(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table([await benchClearing(), ...(await benchTiedClearing())])
}
