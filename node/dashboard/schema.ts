/**
 * What the page is told, whole and at once: how one node, or every node of a swarm, stands now. The units are those of the API
 * (node/api/schemas.ts): MB, ticks, micro-currency, ms since the Unix epoch.
 */
import { z } from 'zod'
import { auctionsSchema, bidsSchema, offersSchema, peersSchema, receiptSchema, statusSchema } from '../api/schemas.js'

const count = z.int().min(0)
const micros = z.int().min(0).describe('micro-currency')
const millis = z.int().min(0).describe('ms since the Unix epoch')

const peer = peersSchema.shape.peers.element.pick({
  id: true,
  direction: true,
  inMesh: true,
  latencyMs: true,
  since: true,
})

const node = z.strictObject({
  name: z.string(),
  peerId: z.string(),
  startedAt: millis,
  /** In a swarm, a node that is gone or silent is shown as it was last seen. */
  seenAt: millis.describe('when the node said this'),
  trouble: z.string().nullable().describe('why it is not as it should be; null: it runs'),
  epsilon: micros.describe("the carrier's fee for a completed purchase"),
  offersKnown: count,
  meshPeers: count,
  selling: statusSchema.shape.selling,
  buying: statusSchema.shape.buying,
  traffic: statusSchema.shape.traffic,
  peers: z.array(peer),
  auction: auctionsSchema.shape.auctions.element.nullable().describe('open, or last; null: it never sold'),
  bids: bidsSchema.shape.bids,
})

const offer = offersSchema.shape.offers.element.omit({ mine: true, viewed: true, standing: true }).extend({
  heardBy: count.nullable().describe('how many nodes know this version; null where only one is asked'),
})

const sale = receiptSchema.omit({ side: true, proof: true }).extend({
  at: millis.nullable().describe('when its receipt was made; null: before this run'),
})

const person = z.strictObject({
  name: z.string(),
  peerId: z.string(),
  stock: z.int().nullable().describe('MB that it came to sell'),
  floor: z.int().nullable().describe('ticks'),
  demand: z.int().nullable().describe('MB that it could use'),
  budget: z.int().nullable().describe('micro-currency'),
  gain: z
    .number()
    .describe('micro-currency: value of what it bought less its charges, or what it earned above its floor'),
})

const observer = z
  .strictObject({
    welfare: z.number().describe('micro-currency: value of what was bought less the floors of what was sold'),
    optimum: z.number().describe('the most that any allocation could have reached'),
    optimumPrice: z.number().describe('ticks, at which demand meets supply in the optimum'),
    people: z.array(person),
  })
  .describe('what only somebody who launched everybody can know')

export const viewSchema = z.strictObject({
  kind: z.enum(['node', 'swarm']),
  market: z.string(),
  currency: z.string().nullable(),
  at: millis,
  phase: z.string().nullable().describe('what the swarm is doing; null for a node'),
  nodes: z.array(node),
  followed: count.describe('nodes whose gossip can be read here'),
  offers: z.array(offer),
  /** The latest, oldest first; one line for a sale that both sides hold. */
  sales: z.array(sale),
  salesCount: count.describe('how many there were ever'),
  observer: observer.nullable(),
})

/** Sales that a page is told of. */
export const salesMax = 1_000

export type View = z.infer<typeof viewSchema>
export type NodeView = View['nodes'][number]
export type OfferView = View['offers'][number]
export type SaleView = View['sales'][number]
export type AuctionView = NonNullable<NodeView['auction']>
export type ObserverView = NonNullable<View['observer']>
