/**
 * What the API answers, as schemas: types for the code, OpenAPI for its readers, and the measure of a test that holds every
 * answer against them. Quantities are MB, unit prices ticks (0.001 currency per GB), money micro-currency, times ms since the
 * Unix epoch: the exact integers of the protocol.
 */
import { z } from 'zod'
import { policyNames } from '../../src/mechanism/reserve.js'
import { strategyNames } from '../../src/mechanism/strategy.js'
import { closeReasons } from '../../src/protocol/message.js'
import { megabytesMax, microsMax, ticksMax } from '../../src/units.js'

const count = z.int().min(0)
const megabytes = z.int().min(0).max(megabytesMax).describe('MB')
/** Over a whole life, which no message has to hold. */
const megabytesEver = count.describe('MB')
const ticks = z.int().min(0).max(ticksMax).describe('ticks: 0.001 currency per GB')
const micros = z.int().min(0).max(microsMax).describe('micro-currency')
const microsEver = count.describe('micro-currency')
const millis = z.int().min(0).describe('ms since the Unix epoch')
const peerId = z.string().describe('a libp2p peer id')
const offerId = z.string().describe('<peer id of the seller>/<number>')
const digest = z.string().length(64)
const envelope = z.string().describe('a signed envelope of the protocol (SPEC.md §4), in base64 without padding')

const traffic = z.strictObject({ messages: count, bytes: count })
const rung = z.strictObject({ price: ticks, quantity: megabytes })

const selling = z.strictObject({
  offer: offerId,
  open: z.boolean(),
  closeReason: z.enum(closeReasons).nullable(),
  stock: megabytes.describe('MB of the open or last offer that are not sold'),
  reserve: ticks,
  round: count,
  participants: count.describe('bids that stand'),
  unsold: megabytes.describe('MB of the present plan that are not sold'),
  sold: megabytesEver.describe('MB ever sold'),
  revenue: microsEver.describe('micro-currency ever earned'),
  unsettled: count.describe('awards that wait for an answer'),
})

const buying = z.strictObject({
  demand: megabytes.describe('MB of the present plan'),
  wanted: megabytes.describe('MB of it that are neither bought nor accepted; 0 once told to stop'),
  owned: megabytesEver.describe('MB ever bought'),
  spent: microsEver.describe('micro-currency ever spent, fees not counted'),
  standing: count.describe('bids that stand'),
  unsettled: count.describe('accepts that wait for their receipt'),
  bidsSent: count.describe('since the node started'),
})

const network = z.strictObject({
  id: z.string().length(64).describe('SHA-256 of what its nodes agree on'),
  name: z.string().describe('of its market'),
  role: z.enum(['person', 'bootstrap']),
  members: count.describe('connected peers that proved to belong to it'),
  silent: count.describe('connected peers that did not say where they belong'),
  strangers: count.describe('peers met that belong to another network, or speak another version'),
  bootstrap: z
    .array(z.strictObject({ address: z.string(), problem: z.string().nullable() }))
    .describe('how the last dial to each bootstrap address went'),
  clock: z
    .strictObject({
      offsetMs: z.number().describe('how far this clock is behind; negative: ahead'),
      uncertaintyMs: z.number().min(0),
      peers: count.describe('members whose clocks were compared'),
    })
    .nullable()
    .describe('null: nobody told the time yet'),
})

export const statusSchema = z.strictObject({
  name: z.string(),
  market: z.string(),
  peerId,
  addresses: z.array(z.string()),
  startedAt: millis,
  epsilon: micros.describe("the carrier's fee for a completed purchase"),
  peers: count,
  meshPeers: count,
  reach: z.enum(['public', 'relay', 'private', 'loopback']).nullable().describe('from where it can be dialled'),
  network: network.nullable().describe('null: a market by its name alone'),
  offersKnown: count,
  sync: z.strictObject({
    peers: count.describe('connected peers that told all that they know of offers'),
    underWay: z.boolean(),
    last: z
      .strictObject({ told: count, failed: count, taken: count })
      .nullable()
      .describe('the round that ended last: peers that told, that failed, offers that were news'),
  }),
  selling: selling.nullable().describe('null: never sold anything'),
  buying: buying.nullable().describe('null: never wanted anything'),
  traffic: z.strictObject({
    gossip: z.strictObject({ out: traffic, in: traffic, duplicates: count }),
    direct: z.strictObject({ out: traffic, in: traffic }),
  }),
  backlog: count.describe('effects that wait for the disk'),
})

export const peersSchema = z.strictObject({
  peers: z.array(
    z.strictObject({
      id: peerId,
      addresses: z.array(z.string()),
      direction: z.enum(['inbound', 'outbound']),
      latencyMs: z.number().min(0).nullable(),
      agent: z.string().nullable(),
      inMesh: z.boolean(),
      since: millis,
    }),
  ),
})

export const offersSchema = z.strictObject({
  offers: z.array(
    z.strictObject({
      offer: offerId,
      seller: peerId,
      status: z.enum(['open', 'closed']),
      stock: megabytes,
      reserve: ticks,
      floor: ticks,
      policy: z.enum(policyNames),
      ladder: z.array(rung),
      sequence: count,
      issuedAt: millis,
      ageMs: z.int().describe('since it was issued, by this clock; negative when the seller’s is ahead'),
      expiresAt: millis,
      closesAt: millis,
      mine: z.boolean(),
      viewed: z.boolean().describe('whether the buyer in this node weighs it'),
      standing: z.strictObject({ quantity: megabytes, price: ticks }).nullable().describe('the own bid there'),
    }),
  ),
  next: z.string().nullable().describe('pass it as `after` for the next page; null at the end'),
})

export const auctionsSchema = z.strictObject({
  auctions: z.array(
    z.strictObject({
      ...selling.shape,
      floor: ticks.nullable(),
      policy: z.enum(policyNames).nullable(),
      closesAt: millis.nullable(),
      bids: z.array(
        z.strictObject({
          buyer: peerId,
          quantity: megabytes,
          price: ticks,
          tentative: z.strictObject({ quantity: megabytes, charge: micros }),
        }),
      ),
      awards: z.array(z.strictObject({ award: digest, buyer: peerId, quantity: megabytes, charge: micros })),
    }),
  ),
})

export const bidsSchema = z.strictObject({
  bids: z.array(
    z.strictObject({
      offer: offerId,
      seller: peerId,
      sequence: count,
      quantity: megabytes.describe('MB; 0 while it is being withdrawn'),
      price: ticks,
      heardAt: millis,
      failures: count,
      quote: z
        .strictObject({
          bidSequence: count,
          round: count,
          sequence: count,
          stock: megabytes,
          reserve: ticks,
          ladder: z.array(rung),
          quantity: megabytes,
          charge: micros,
        })
        .nullable(),
    }),
  ),
})

export const acceptsSchema = z.strictObject({
  accepts: z.array(
    z.strictObject({ award: digest, offer: offerId, seller: peerId, quantity: megabytes, charge: micros }),
  ),
})

export const receiptSchema = z.strictObject({
  side: z.enum(['sold', 'bought']),
  offer: offerId,
  seller: peerId,
  buyer: peerId,
  round: count,
  quantity: megabytes,
  charge: micros,
  fee: micros,
  award: digest,
  proof: z.strictObject({ receipt: envelope, award: envelope }),
})
/** As SPEC §6 writes them; `src/protocol/proof.ts` reads them. */
export const proofSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('equivocation'), awards: z.tuple([envelope, envelope]) }),
  z.strictObject({ type: z.literal('hidden-bid'), bid: envelope, quote: envelope, award: envelope }),
])
export const receiptsSchema = z.strictObject({
  receipts: z.array(receiptSchema),
  proofs: z.array(proofSchema).describe('what it can show of sellers that cheated it'),
})

export const toldSchema = z.strictObject({ selling: selling.nullable(), buying: buying.nullable() })

export const errorSchema = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string(), advice: z.string().optional() }),
})

/** What a node is told, as its configuration has it: GB and currency. Here for OpenAPI; `node/person.ts` checks them. */
export const sellBody = z
  .strictObject({
    gb: z.number().describe('GB to sell from now on, in steps of 0.001'),
    floor: z.number().describe('currency per GB'),
    policy: z.enum(policyNames).optional(),
    closesAfterSeconds: z.int().optional(),
  })
  .describe('what is sold from now on, awards on their way included; an open offer is closed for it')
export const buyBody = z
  .looseObject({
    gb: z.number().optional().describe('GB wanted from now on; with sigma and alpha'),
    sigma: z.number().optional(),
    alpha: z.number().optional(),
    delta: z.number().optional(),
    valuation: z.looseObject({ kind: z.string() }).optional().describe('in the place of those, as in a configuration'),
    budget: z.number().optional().describe('currency for all of it, fees not counted'),
    strategy: z.enum(strategyNames).optional(),
  })
  .describe('what is wanted from now on, accepts on their way included; bids that stand are withdrawn for it')
export const withdrawBody = z
  .strictObject({ what: z.enum(['all', 'offers', 'bids']).default('all') })
  .describe('what was awarded or accepted is still settled')
export const forgetBody = z
  .strictObject({ award: digest, risk: z.literal('may-be-bought-twice') })
  .describe('an accept to count no more; its seller may show the receipt later, and then it counts after all')
export const offersQuery = z.strictObject({
  status: z.enum(['open', 'closed', 'all']).default('open'),
  after: z.string().max(200).default(''),
  limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
})

export type StatusView = z.infer<typeof statusSchema>
export type PeersView = z.infer<typeof peersSchema>
export type OffersView = z.infer<typeof offersSchema>
export type AuctionsView = z.infer<typeof auctionsSchema>
export type BidsView = z.infer<typeof bidsSchema>
export type AcceptsView = z.infer<typeof acceptsSchema>
export type ReceiptView = z.infer<typeof receiptSchema>
export type ProofView = z.infer<typeof proofSchema>
export type ReceiptsView = z.infer<typeof receiptsSchema>
export type ToldView = z.infer<typeof toldSchema>
export type ErrorView = z.infer<typeof errorSchema>
