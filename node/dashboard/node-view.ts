/** `GET /v1/view`: all that a page shows of one node, in one answer. */
import type { FastifyInstance } from 'fastify'
import type { Described } from '../api/routes.js'
import { errorSchema } from '../api/schemas.js'
import { auctionsViewOf, bidsViewOf, offersViewOf, peersViewOf, toldViewOf } from '../api/views.js'
import type { MarketNode } from '../market-node.js'
import { Sales } from './sales.js'
import { type View, viewSchema } from './schema.js'

/** Offers that a page is told of; a larger market is for `GET /v1/offers`. */
const offersMax = 500

export interface NodeViewOptions extends Described {
  readonly currency: string | null
}

export function addView(app: FastifyInstance, node: MarketNode, options: NodeViewOptions): void {
  const sales = new Sales(node)
  const schema = {
    summary: 'All that the dashboard shows, at once',
    response: { 200: viewSchema, 401: errorSchema, 403: errorSchema },
  }
  app.get('/v1/view', { schema }, () => viewOf(node, sales, options))
}

async function viewOf(
  node: MarketNode,
  sales: Sales,
  { name, market, startedAt, currency }: NodeViewOptions,
): Promise<View> {
  const [peers, latest] = await Promise.all([node.peers(), sales.latest()])
  const at = Date.now()
  const status = node.status()
  const { offersKnown, meshPeers, traffic } = status
  const { offers } = offersViewOf(node.view.offers('', offersMax), at)
  return {
    kind: 'node',
    market,
    currency,
    at,
    phase: null,
    followed: 1,
    nodes: [
      {
        name,
        peerId: node.peerId,
        startedAt,
        seenAt: at,
        trouble: null,
        epsilon: node.rules.epsilon,
        offersKnown,
        meshPeers,
        ...toldViewOf(status),
        traffic,
        peers: peersViewOf(peers).peers.map(({ addresses: _, agent: __, ...peer }) => peer),
        auction: auctionsViewOf(node.view.auction()).auctions[0] ?? null,
        bids: bidsViewOf(node.view.bids()).bids,
      },
    ],
    offers: offers.map(({ mine: _, viewed: __, standing: ___, ...offer }) => ({ ...offer, heardBy: null })),
    sales: [...latest.sales],
    salesCount: latest.salesCount,
    observer: null,
  }
}
