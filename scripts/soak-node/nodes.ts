/** Nodes of one network that stay and have nothing to trade, and visitors that come, offer something too dear, and go again. */
import { join } from 'node:path'
import { openLog } from '../../node/log.js'
import { type MarketNode, startMarketNode } from '../../node/market-node.js'
import type { NodeNetwork } from '../../node/network.js'
import { rulesWith } from '../../node/rules-fields.js'
import { type BuyPlan, lanRules, type SellPlan } from '../../src/agent/rules.js'
import { megabytes, millis, ticks } from '../../src/units.js'

/** Thirty times the usual pace: offers are gossiped again each second and forgotten after four. */
export const speed = 30
const rules = rulesWith(lanRules, {
  refreshMs: millis(lanRules.refreshMs / speed),
  offerMsMax: millis(lanRules.offerMsMax / speed),
  gossipMsMin: millis(100),
  silenceMsMax: millis(500),
  resendMsMax: millis(lanRules.resendMsMax / speed),
  idleMsMax: millis(86_400_000),
})
const sync = { syncMs: 30_000 / speed, greetMs: 200 }

/** As `overage join` makes them: they greet, look up, remember and relay. */
const network: Omit<NodeNetwork, 'role'> = {
  id: 'ab'.repeat(32),
  shards: 1,
  heardShards: 1,
  announce: [],
  multicast: false,
}

/** Nobody here would pay that. */
const sells: SellPlan = {
  stock: megabytes(5_000),
  floor: ticks(1_000_000),
  policy: 'tracking',
  closesAfterMs: millis(86_400_000),
}
const wants: BuyPlan = {
  valuation: { kind: 'alpha-fair', sigma: 20, alpha: 0.5, demand: 5 },
  budget: undefined,
  strategy: 'minimal-pool',
}

export interface Cast {
  readonly folder: string
  readonly residents: number
}

/** Started, connected, trading in vain. The first is the network's bootstrap peer. */
export async function residentsOf({ folder, residents }: Cast): Promise<readonly MarketNode[]> {
  const nodes: MarketNode[] = []
  for (let index = 0; index < residents; index++) {
    const plans = index % 2 === 0 ? { sells } : { wants }
    const role = index === 0 ? 'bootstrap' : 'person'
    nodes.push(await startNode({ folder, name: `resident-${index + 1}`, bootstrap: addressesOf(nodes), plans, role }))
  }
  for (const node of nodes) node.trade()
  return nodes
}

export interface Visit {
  readonly folder: string
  readonly name: string
  readonly bootstrap: readonly string[]
  readonly stayMs: number
}

/** One visit: connects, offers, is seen, withdraws, leaves. */
export async function visit({ folder, name, bootstrap, stayMs }: Visit): Promise<void> {
  const node = await startNode({ folder, name, bootstrap, plans: { sells, wants }, role: 'person' })
  try {
    node.trade()
    await new Promise((resolve) => setTimeout(resolve, stayMs))
  } finally {
    await node.stop({ withdraw: true })
  }
}

export const addressesOf = (nodes: readonly MarketNode[]): readonly string[] =>
  nodes.flatMap((node) => node.addresses())

interface Start {
  readonly folder: string
  readonly name: string
  readonly bootstrap: readonly string[]
  readonly plans: { readonly sells?: SellPlan; readonly wants?: BuyPlan }
  readonly role: NodeNetwork['role']
}

/** Logs go to the folder like a real node's; errors alone, so that the disk is measured and not the log. */
const startNode = ({ folder, name, bootstrap, plans, role }: Start): Promise<MarketNode> =>
  startMarketNode({
    name,
    folder: join(folder, name),
    market: 'soak',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    local: true,
    rules,
    sync,
    network: { ...network, role },
    log: openLog(join(folder, `${name}.jsonl`), { level: 'error', node: name }),
    ...plans,
  })
