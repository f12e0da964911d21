import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Json } from '../../src/ports/store.js'

/** Hands out the bundle of the node's network: whoever may ask may bring others in, with the key of a private one. */
export function addBundle(app: FastifyInstance, bundle: Json): void {
  const schema = {
    summary: 'The bundle of its network, as overage join reads it',
    response: { 200: z.looseObject({}) },
  }
  app.get('/v1/bundle', { schema }, async () => bundle)
}
