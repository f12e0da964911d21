/** What a client may ask of a node, and tell it. */
import type { FastifyInstance } from 'fastify'
import type { Command } from '../../src/agent/agent.js'
import { sellerOf } from '../../src/protocol/message.js'
import type { MarketNode } from '../market-node.js'
import { sellsField, wantsField } from '../person.js'
import { checked } from './check.js'
import { ApiError } from './error.js'
import {
  acceptsSchema,
  auctionsSchema,
  bidsSchema,
  buyBody,
  errorSchema,
  forgetBody,
  offersQuery,
  offersSchema,
  peersSchema,
  receiptSchema,
  receiptsSchema,
  type StatusView,
  sellBody,
  statusSchema,
  type ToldView,
  toldSchema,
  withdrawBody,
} from './schemas.js'
import {
  auctionsViewOf,
  bidsViewOf,
  networkViewOf,
  offersViewOf,
  peersViewOf,
  proofViewsOf,
  receiptViewsOf,
  syncViewOf,
  toldViewOf,
} from './views.js'

/** What the API says of the node beside its status. */
export interface Described {
  readonly name: string
  readonly market: string
  readonly startedAt: number
}

const refusals = { 400: errorSchema, 401: errorSchema, 403: errorSchema }

/** Adds all that reads. */
export function addReading(app: FastifyInstance, node: MarketNode, described: Described): void {
  const answers = (summary: string, schema: unknown) => ({
    schema: { summary, response: { 200: schema, ...refusals } },
  })
  app.get('/v1/status', answers('How the node stands', statusSchema), async () => statusOf(node, described))
  app.get('/v1/peers', answers('Whom it is connected to', peersSchema), async () => peersViewOf(await node.peers()))
  const offersRoute = answers('The offers that it heard of, and its own', offersSchema)
  app.get('/v1/offers', { schema: { ...offersRoute.schema, querystring: offersQuery } }, async ({ query }) => {
    const { status, after, limit } = query as ReturnType<(typeof offersQuery)['parse']>
    const page = node.view.offers(after, limit)
    const offers = page.offers.filter(({ offer }) => status === 'all' || offer.status === status)
    return offersViewOf({ ...page, offers }, Date.now())
  })
  app.get('/v1/auctions', answers('Its own auction, with every bid', auctionsSchema), async () =>
    auctionsViewOf(node.view.auction()),
  )
  app.get('/v1/bids', answers('Its own bids, each with the last quote', bidsSchema), async () =>
    bidsViewOf(node.view.bids()),
  )
  app.get('/v1/accepts', answers('Its accepts that wait for a receipt', acceptsSchema), async () => ({
    accepts: node.view.accepts().map((accept) => ({ ...accept, seller: sellerOf(accept.offer) })),
  }))
  app.get('/v1/receipts', answers('What it sold and bought, with the proofs', receiptsSchema), async () => {
    const contents = await node.contents()
    return { receipts: receiptViewsOf(contents), proofs: proofViewsOf(contents) }
  })
  addReceipt(app, node)
}

/** Adds one receipt by the digest of its award, for whoever would not read all of them. */
function addReceipt(app: FastifyInstance, node: MarketNode): void {
  const schema = {
    summary: 'One sale or purchase, with its proofs',
    response: { 200: receiptSchema, 404: errorSchema, ...refusals },
  }
  app.get<{ Params: { award: string } }>('/v1/receipts/:award', { schema }, async ({ params }) => {
    const found = receiptViewsOf(await node.contents()).find(({ award }) => award === params.award)
    if (found !== undefined) return found
    throw new ApiError(404, 'not-found', { message: 'there is no receipt for this award here' })
  })
}

/** Adds all that tells. */
export function addTelling(app: FastifyInstance, node: MarketNode): void {
  const takes = (summary: string, body: unknown) => ({
    schema: { summary, body, response: { 200: toldSchema, ...refusals } },
  })
  const tell = async (...commands: readonly Command[]): Promise<ToldView> => {
    for (const command of commands) node.command(command)
    // The answer is only given once what it says cannot be forgotten.
    await node.settled()
    return toldViewOf(node.status())
  }
  app.post('/v1/sell', takes('Sell so much from now on', sellBody), ({ body }) =>
    tell({ type: 'sell', plan: checked(body, sellsField) }),
  )
  app.post('/v1/buy', takes('Buy so much from now on', buyBody), ({ body }) =>
    tell({ type: 'buy', plan: checked(body, wantsField) }),
  )
  app.post('/v1/forget', takes('Count an accept no more that nobody answers', forgetBody), ({ body }) => {
    const { award } = body as ReturnType<(typeof forgetBody)['parse']>
    const isWaiting = node.view.accepts().some((accept) => accept.award === award)
    if (!isWaiting)
      throw new ApiError(400, 'bad-request', {
        message: 'body: award: no accept waits for its receipt under this award',
      })
    return tell({ type: 'forget-accept', award })
  })
  app.post('/v1/withdraw', takes('Take back the offer, the bids, or both', withdrawBody), ({ body }) => {
    const { what } = body as ReturnType<(typeof withdrawBody)['parse']>
    const commands: Command[] = []
    if (what !== 'offers') commands.push({ type: 'stop-buying', forget: true })
    if (what !== 'bids') commands.push({ type: 'withdraw-offer', forget: true })
    return tell(...commands)
  })
}

function statusOf(node: MarketNode, { name, market, startedAt }: Described): StatusView {
  const status = node.status()
  const { offersKnown, peers, meshPeers, reach = null, traffic, backlog } = status
  const { peerId, rules } = node
  const here = { name, market, peerId, addresses: [...node.addresses()], startedAt, epsilon: rules.epsilon }
  const network = networkViewOf(status.network, market)
  const known = { peers, meshPeers, reach, network, offersKnown, sync: syncViewOf(status.sync) }
  return { ...here, ...known, ...toldViewOf(status), traffic, backlog }
}
