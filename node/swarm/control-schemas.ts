import { z } from 'zod'

const count = z.int().min(0)

/** How a swarm stands. Quantities are MB. */
export const swarmViewSchema = z.strictObject({
  name: z.string(),
  market: z.string(),
  phase: z.enum(['idle', 'starting', 'connecting', 'trading', 'stopping', 'stopped']),
  isolate: z.enum(['process', 'none']),
  startedAt: count,
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      role: z.enum(['seller', 'buyer', 'both']),
      peerId: z.string(),
      pid: count.nullable(),
      peers: count.nullable().describe('null: it has not said yet'),
      sold: count.nullable().describe('MB; null: it sells nothing'),
      bought: count.nullable().describe('MB; null: it wants nothing'),
      open: z.boolean().describe('whether its offer is open'),
      unsettled: count.describe('awards and accepts without an answer'),
      death: z.string().nullable().describe('why it does not run'),
      killed: z.boolean().describe('on request, which is no failure'),
    }),
  ),
})
export type SwarmView = z.infer<typeof swarmViewSchema>
