/**
 * `npm run bench`: ours against the bare thing, both measured in this run on this machine, and their ratio. Ratios can
 * be compared between machines and days; times cannot. Names after `--` choose: `npm run bench -- quote gossip`.
 */
import '../../node/polyfill.js'
import Table from 'cli-table3'
import { benchBook } from './book.js'
import { benchClearing, benchTiedClearing } from './clearing.js'
import { benchEcho } from './echo.js'
import { benchMemory } from './memory.js'
import { benchMesh } from './mesh.js'
import { benchOfferGossip } from './offer-gossip.js'
import { benchQuote } from './quote.js'
import type { BenchRow } from './row.js'
import { benchScreen } from './screen.js'
import { benchSeller } from './seller.js'
import { benchSwarm } from './swarm.js'
import { benchTap } from './tap.js'

const benches: Readonly<Record<string, () => Promise<readonly BenchRow[]>>> = {
  clearing: async () => [await benchClearing(), ...(await benchTiedClearing())],
  stream: () => benchEcho(),
  quote: () => benchQuote(),
  gossip: () => benchOfferGossip(),
  mesh: () => benchMesh(),
  seller: () => benchSeller(),
  book: () => benchBook(),
  swarm: () => benchSwarm(),
  tap: () => benchTap(),
  screen: () => benchScreen(),
  memory: async () => [await benchMemory()],
}

const chosen = process.argv.slice(2)
const unknown = chosen.filter((name) => benches[name] === undefined)
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
const table = new Table({ head: ['what', 'ours', 'bare', '', 'ratio', 'aim'], style: { head: [], border: [] } })
for (const name of chosen.length > 0 ? chosen : Object.keys(benches)) {
  process.stderr.write(`${name} …\n`)
  for (const { name: what, ours, bare, unit, ratio, limit } of await benches[name]!()) {
    const [a, b] = [ours, bare].map((value) => value.toFixed(value < 10 ? 2 : 0))
    table.push([what, a!, b!, unit, ratio.toFixed(2), `≤ ${limit}`])
  }
}
console.log(table.toString())
process.exit()
