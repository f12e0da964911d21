/** The page of a whole swarm, served by its launcher beside the orders that it takes. */
import type { FastifyInstance } from 'fastify'
import type { Fact } from '../../src/agent/agent.js'
import { ApiError } from '../api/error.js'
import { addEventStream, factViewOf } from '../api/events.js'
import { receiptSchema } from '../api/schemas.js'
import type { Market } from '../market-file.js'
import type { Swarm } from '../swarm/swarm.js'
import { addAssets } from './assets.js'
import { Audience } from './audience.js'
import { viewSchema } from './schema.js'
import { SwarmSource } from './swarm-source.js'
import { swarmViewOf } from './swarm-view.js'

/** Above this, nodes are followed only in what they tell of the market: their gossip would cost too much. */
const followedMax = 32

export interface SwarmPage {
  /** Who has the page open. */
  readonly audience: Pick<Audience, 'gone' | 'isThere' | 'wasThere'>
  /** A node is up, for the first time or again; its API answers. */
  joined(name: string, folder: string): void
  fact(name: string, fact: Fact): void
  /** Follows nobody any more. */
  end(): void
}

export interface SwarmPageOptions {
  readonly market: Market
  readonly swarm: Pick<Swarm, 'deaths' | 'members' | 'phase' | 'startedAt'>
}

/** Adds the page, and what it asks for, to the API of a swarm. */
export async function addSwarmPage(app: FastifyInstance, { market, swarm }: SwarmPageOptions): Promise<SwarmPage> {
  const source = new SwarmSource(() =>
    swarm.members.map(({ desk, node }) => ({ name: node.name, folder: desk.folder })),
  )
  const followed = new Set<string>()
  const audience = new Audience()
  const listeners = new Audience({ arrived: () => source.open(), left: () => source.close() })
  await addAssets(app)
  const view = { summary: 'How every node of the swarm stands', response: { 200: viewSchema } }
  app.get('/v1/view', { schema: view }, async () =>
    swarmViewOf(
      await source.views(),
      {
        market: market.market,
        currency: market.currency,
        phase: swarm.phase,
        people: market.people,
        deaths: new Map(swarm.deaths.map(({ name, reason }) => [name, reason])),
        followed: followed.size,
      },
      Date.now(),
    ),
  )
  const receipt = { summary: 'One sale with its proof', response: { 200: receiptSchema } }
  app.get<{ Params: { award: string } }>('/v1/receipts/:award', { schema: receipt }, async ({ params }) => {
    const found = await source.receipt(params.award)
    if (found === undefined) throw new ApiError(404, 'not-found', { message: 'no node holds a receipt for this award' })
    return found
  })
  addEventStream(app, {
    path: '/v1/events',
    summary: 'What happens, as server-sent events',
    about: 'Every fact of every node, with the name of that node.',
    ring: source.facts,
    run: swarm.startedAt,
    enter: () => audience.enter(),
  })
  addEventStream(app, {
    path: '/v1/gossip',
    summary: 'What all nodes do on the network, as server-sent events',
    about: `The lines of every node as its own API tells them (docs/inspect.md), of the first ${followedMax}, from when somebody first asks.`,
    ring: source.gossip,
    run: swarm.startedAt,
    enter: () => listeners.enter(),
  })
  return {
    audience,
    joined: (name, home) => {
      // One that comes back is followed already, wherever it answers now.
      if (followed.has(name) || followed.size === followedMax) return
      followed.add(name)
      source.follow(name, home)
    },
    fact: (name, fact) => source.facts.push(fact.type, { at: Date.now(), node: name, ...factViewOf(fact) }),
    end: () => source.end(),
  }
}
