/**
 * The promise of offer sync, tried again and again: with a third of the peers empty or faulty, each in a way drawn by chance, the
 * book is complete within one interval. A few trials here; `npm run soak:sync` makes two hundred. OVERAGE_SYNC_SEED repeats one.
 */
import { expect, it } from 'vitest'
import { offerSyncDefaults } from '../../node/libp2p/offer-sync.js'
import { Prng } from '../../src/sim/prng.js'
import { isLonger } from './longer.js'
import { faults, offersOf, startFaulty, startPaging, startPeer } from './offer-peers.js'
import { connect, until } from './swarm.js'

const trials = isLonger ? 200 : 4
const first = process.env['OVERAGE_SYNC_SEED']
const seeds = first === undefined ? Array.from({ length: trials }, (_, trial) => `${trial}`) : [first]
/** Peers that know less than there is. Nothing that they say is wrong. */
const short = { 'knows nothing': 0, 'withholds a third': 80 } as const

async function trial(seed: string): Promise<{ readonly ms: number; readonly complete: boolean; readonly who: string }> {
  const prng = new Prng(`sync ${seed}`)
  // Made anew each time: an offer lives for two minutes, and two hundred trials take longer.
  const offers = await offersOf(120)
  const count = 6 + prng.below(4)
  const badCount = Math.floor(count / 3)
  const names = [...Object.keys(faults), ...Object.keys(short), 'pages without end']
  const bad = Array.from({ length: badCount }, () => names[prng.below(names.length)]!)
  const joiner = await startPeer([])
  const stops: (() => Promise<void>)[] = [() => joiner.stop()]
  const nodes = []
  for (const name of bad) {
    if (name in short) {
      const peer = await startPeer(prng.shuffled([...offers]).slice(0, short[name as keyof typeof short]))
      nodes.push(peer.node)
      stops.push(() => peer.stop())
    } else {
      const node =
        name === 'pages without end'
          ? (await startPaging(offers, (after, { offers }) => ({ offers, next: `${after.slice(0, 52)}/7` }))).node
          : await startFaulty(offers, faults[name]!)
      nodes.push(node)
      stops.push(() => node.stop())
    }
  }
  for (let n = badCount; n < count; n += 1) {
    const peer = await startPeer(offers)
    nodes.push(peer.node)
    stops.push(() => peer.stop())
  }
  const began = performance.now()
  for (const node of prng.shuffled(nodes)) await connect(joiner.node, node)
  await until(() => joiner.book.size === offers.length, offerSyncDefaults.syncMs).catch(() => {})
  const result = { ms: performance.now() - began, complete: joiner.book.size === offers.length, who: bad.join(' + ') }
  await Promise.all(stops.map((stop) => stop()))
  return result
}

it(`the book is complete within one interval, with a third of the peers faulty, in ${seeds.length} trials of as many`, async () => {
  const times: number[] = []
  for (const seed of seeds) {
    const { ms, complete, who } = await trial(seed)
    expect(complete, `seed ${seed}: ${who}`).toBe(true)
    times.push(ms)
  }
  times.sort((a, b) => a - b)
  if (seeds.length > 10) {
    const at = (share: number): string => times[Math.floor(share * (times.length - 1))]!.toFixed(0)
    console.log(`${seeds.length} trials, all complete; ms p50 ${at(0.5)}, p95 ${at(0.95)}, most ${at(1)}`)
  }
}, 3_600_000)
