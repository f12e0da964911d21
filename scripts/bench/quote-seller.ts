/** A seller in a process of its own, with a bare echo beside its auction on the same node: the far side of `quote.ts`. */
import { lanRules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { serveEcho } from './hosts.js'
import { startSellerNode } from './seller-node.js'

export const echoProtocol = '/overage-bench/echo/1.0.0'
/** The bench is one peer that does nothing but bid. */
const unlimited = { perSecond: 1_000_000, burst: 1_000_000, peersMax: 16 }

async function main(): Promise<void> {
  // Rounds longer than the bench, so that nothing but the answers to bids is measured.
  const rules = { ...lanRules, roundMs: millis(3_600_000), idleMsMax: millis(3_600_000) }
  const { host, addresses, offer } = await startSellerNode({ rules, limits: { direct: unlimited } })
  await serveEcho(host, echoProtocol)
  process.send?.({ addresses, offer })
}

if (process.send !== undefined) await main()
