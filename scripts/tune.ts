import type { Fact } from '../src/agent/agent.js'
import { internetRules, lanRules, type Rules } from '../src/agent/rules.js'
import { welfareOf, optimumOf } from '../src/mechanism/measures.js'
import { valuationOf, type ValuationSpec } from '../src/mechanism/valuation.js'
import { Prng } from '../src/sim/prng.js'
import { World, type SimulatedPerson } from '../src/sim/world.js'
import { millis, type Megabytes, type Ticks } from '../src/units.js'
import { identityOf } from './tune-id.js'

const args = Object.fromEntries(process.argv.slice(2).map((a) => a.split('=') as [string, string]))
const num = (k: string, d: number) => (args[k] === undefined ? d : Number(args[k]))
const buyers = num('buyers', 200), sellers = num('sellers', 80), supply = num('supply', 0.8), seeds = num('seeds', 3)
const lan = args['net'] === 'lan'
const base: Rules = lan ? lanRules : internetRules
const rules = { ...base, ...Object.fromEntries(Object.entries(args).filter(([k]) => k in base).map(([k, v]) => [k, Number(v)])) } as Rules
const verifier = { verify: () => true }
const signature = new Uint8Array(64)
let rows: number[][] = []
for (let s = 0; s < seeds; s++) {
  const r = new Prng(`seed${s}`)
  const u = (lo: number, hi: number) => lo + ((hi - lo) * r.below(1_000_001)) / 1e6
  const people: SimulatedPerson[] = []
  const specs: ValuationSpec[] = []
  let demand = 0
  for (let i = 0; i < buyers; i++) {
    const spec = { kind: 'alpha-fair' as const, demand: Math.round(u(5, 50) * 1000) / 1000, sigma: u(20, 80), alpha: u(0.3, 0.8), delta: 1 }
    demand += Math.round(spec.demand * 1000); specs.push(spec)
    people.push({ name: `b${i}`, signer: { id: identityOf(`${s}b${i}`), sign: () => signature }, wants: { valuation: spec, budget: undefined, strategy: (args['strategy'] ?? 'minimal-pool') as never } })
  }
  const w = Array.from({ length: sellers }, () => u(0.2, 1.2)); const W = w.reduce((a, b) => a + b, 0)
  const supplies: { stock: Megabytes; floor: Ticks }[] = []
  for (let j = 0; j < sellers; j++) {
    const stock = Math.max(1, Math.round((demand * supply * w[j]!) / W)) as Megabytes, floor = Math.round(u(0.5, 2) * 1000) as Ticks
    supplies.push({ stock, floor })
    people.push({ name: `s${j}`, signer: { id: identityOf(`${s}s${j}`), sign: () => signature }, sells: { stock, floor, policy: (args['policy'] ?? 'tracking') as never, closesAfterMs: millis(3_600_000) } })
  }
  const facts: Record<string, number> = {}
  let revenue = 0, sold = 0, lastSale = 0
  const t0 = performance.now()
  const world = new World({ market: 'm', rules, random: r.fork('net'), people, verifier, network: { latencyMsMin: millis(lan ? 1 : 20), latencyMsMax: millis(lan ? 5 : 200), lossPerMille: num('loss', 0) },
    onFact: (_n, f: Fact, now) => { facts[f.type] = (facts[f.type] ?? 0) + 1; if (f.type === 'refused' || f.type === 'declined') { const k = f.type + ':' + f.code + ('by' in f ? f.by : ''); facts[k] = (facts[k] ?? 0) + 1 } if (f.type === 'sold') { revenue += f.receipt.charge; sold += f.receipt.quantity; lastSale = now } } })
  const start = world.now
  world.startAll()
  const ids = people.map((p) => p.signer.id)
  let check = 0
  const done = () => { if (++check % 2000 !== 0) return false; return ids.every((id) => { const st = world.participant(id).status(); return !st.seller?.open && !st.seller?.unsettled && !st.buyer?.unsettled }) }
  const ended = world.runUntil(done, millis(300_000))
  const ms = performance.now() - t0
  const owned = ids.slice(0, buyers).map((id) => world.participant(id).status().buyer!)
  const welfare = welfareOf(owned.map((o, i) => ({ valuation: valuationOf(specs[i]!), owned: o.owned })), supplies.map((x, j) => ({ floor: x.floor, sold: world.participant(ids[buyers + j]!).status().seller!.sold })))
  const opt = optimumOf(specs.map((x) => ({ valuation: valuationOf(x), owned: 0 as Megabytes })), supplies)
  const bids = owned.reduce((a, o) => a + o.bidsSent, 0) / buyers
  const share = welfare / opt.welfare
  const price = revenue / sold / 1000
  rows.push([share, bids, world.traffic.direct / (buyers + sellers), (lastSale - start) / 1000, world.elapsedMs / 1000, price, opt.price / 1000, sold / supplies.reduce((a, x) => a + x.stock, 0), facts['sold']! / buyers])
  if (args['v']) console.log(ended, share.toFixed(4), bids.toFixed(1), 'direct', rows.at(-1)![2]!.toFixed(1), 'last', rows.at(-1)![3], 'end', rows.at(-1)![4], 'p', price.toFixed(2), (opt.price / 1000).toFixed(2), 'sold', rows.at(-1)![7]!.toFixed(3), 'ms', ms.toFixed(0), args['v'] === '2' ? JSON.stringify(facts) : '')
}
const mean = (i: number) => rows.reduce((a, r) => a + r[i]!, 0) / rows.length
console.log(process.argv.slice(2).join(' '), '=> share', mean(0).toFixed(4), 'worst', Math.min(...rows.map((r) => r[0]!)).toFixed(4), 'bids', mean(1).toFixed(1), 'direct', mean(2).toFixed(0), 'lastSale', mean(3).toFixed(1), 'end', mean(4).toFixed(1), 'price', mean(5).toFixed(2), 'of', mean(6).toFixed(2), 'sold', mean(7).toFixed(3), 'sales/buyer', mean(8).toFixed(2))
