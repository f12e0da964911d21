/** What the node counts of the market, beside what libp2p, gossipsub and Node count, for Prometheus. */
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { megabytesPerGigabyte, microsPerCurrency } from '../../src/units.js'
import type { MarketNode, NodeStatus } from '../market-node.js'

/** Adds `GET /metrics` to `app`. `registry` may hold more than is added here. */
export function addMetrics(app: FastifyInstance, node: MarketNode, registry: Registry): void {
  countFacts(node, registry)
  measureStatus(node, registry)
  const schema = { summary: 'Metrics in the text format of Prometheus', produces: ['text/plain'] }
  app.get('/metrics', { schema }, async (_request, reply) => {
    reply.header('content-type', registry.contentType)
    return reply.send(await registry.metrics())
  })
}

function countFacts(node: MarketNode, registry: Registry): void {
  const registers = [registry]
  const facts = new Counter({
    name: 'overage_facts_total',
    help: 'What the node told of, by type',
    labelNames: ['type'],
    registers,
  })
  const refusals = new Counter({
    name: 'overage_refusals_total',
    help: 'Messages that were not acted upon, by code, and by whom',
    labelNames: ['code', 'by'],
    registers,
  })
  node.onFact((fact) => {
    facts.inc({ type: fact.type })
    if (fact.type === 'refused') refusals.inc({ code: fact.code, by: fact.by })
  })
}

interface Measure {
  readonly name: string
  readonly help: string
  readonly of: (status: NodeStatus) => number
}

const currency = (micros = 0): number => micros / microsPerCurrency
const gigabytes = (megabytes = 0): number => megabytes / megabytesPerGigabyte

const measures: readonly Measure[] = [
  { name: 'peers', help: 'Connected peers', of: ({ peers }) => peers },
  { name: 'mesh_peers', help: 'Peers with whom offers are exchanged in full', of: ({ meshPeers }) => meshPeers },
  { name: 'offers_known', help: 'Offers in the book, tombstones included', of: ({ offersKnown }) => offersKnown },
  { name: 'offer_open', help: '1 while its own offer is open', of: ({ seller }) => Number(seller?.open ?? false) },
  { name: 'offer_stock_gigabytes', help: 'Unsold, of its own offer', of: ({ seller }) => gigabytes(seller?.stock) },
  {
    name: 'offer_reserve_currency_per_gigabyte',
    help: 'The reserve of its own offer',
    of: ({ seller }) => (seller?.reserve ?? 0) / megabytesPerGigabyte,
  },
  { name: 'bids_received', help: 'Bids that stand at its offer', of: ({ seller }) => seller?.participants ?? 0 },
  { name: 'bids_standing', help: 'Its own bids that stand', of: ({ buyer }) => buyer?.standing.length ?? 0 },
  { name: 'awards_unsettled', help: 'Awards that wait for an answer', of: ({ seller }) => seller?.unsettled ?? 0 },
  { name: 'accepts_unsettled', help: 'Accepts that wait for a receipt', of: ({ buyer }) => buyer?.unsettled ?? 0 },
  { name: 'sold_gigabytes', help: 'Ever sold', of: ({ seller }) => gigabytes(seller?.sold) },
  { name: 'revenue_currency', help: 'Ever earned', of: ({ seller }) => currency(seller?.revenue) },
  { name: 'bought_gigabytes', help: 'Ever bought', of: ({ buyer }) => gigabytes(buyer?.owned) },
  { name: 'spent_currency', help: 'Ever spent, fees not counted', of: ({ buyer }) => currency(buyer?.spent) },
  { name: 'driver_backlog', help: 'Effects that wait for the disk', of: ({ backlog }) => backlog },
  { name: 'gossip_in_bytes', help: 'Offers received', of: ({ traffic }) => traffic.gossip.in.bytes },
  { name: 'gossip_out_bytes', help: 'Own offers sent', of: ({ traffic }) => traffic.gossip.out.bytes },
  { name: 'gossip_duplicates', help: 'Offers that came again', of: ({ traffic }) => traffic.gossip.duplicates },
  { name: 'direct_in_bytes', help: 'Auction messages received', of: ({ traffic }) => traffic.direct.in.bytes },
  { name: 'direct_out_bytes', help: 'Auction messages sent', of: ({ traffic }) => traffic.direct.out.bytes },
]

/** Gauges that are read when somebody asks. */
function measureStatus(node: MarketNode, registry: Registry): void {
  for (const { name, help, of } of measures) {
    new Gauge({
      name: `overage_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(of(node.status()))
      },
    })
  }
}
