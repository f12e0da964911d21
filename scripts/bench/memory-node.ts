/** Run by `memory.ts` in a process of its own: a whole node that sells and buys. */
import { pino } from 'pino'
import { startMarketNode } from '../../node/market-node.js'
import { lanRules } from '../../src/agent/rules.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { printResidentSet } from './settle.js'

const node = await startMarketNode({
  name: 'bench',
  folder: process.argv[2] as string,
  market: 'bench',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  bootstrap: [],
  local: true,
  rules: { ...lanRules, idleMsMax: millis(60_000) },
  sells: { stock: megabytes(5_000), floor: ticks(5_000), policy: 'tracking', closesAfterMs: millis(3_600_000) },
  wants: {
    valuation: { kind: 'alpha-fair', sigma: 40, alpha: 0.5, demand: 10 },
    budget: undefined,
    strategy: 'minimal-pool',
  },
  log: pino({ level: 'silent' }),
})
node.trade()
await printResidentSet()
await node.stop({ withdraw: true })
