/** A node's local API: what it knows, what it is told to do, and what happens, for programs of its person alone (docs/api.md). */
import { type FastifyError, type FastifyInstance, fastify } from 'fastify'
import type { MarketNode } from '../market-node.js'
import { type ApiAddress, authorityOf, isLoopback } from './address.js'
import { removeEndpoint, writeEndpoint } from './endpoint.js'
import { ApiError } from './error.js'
import { guard } from './guard.js'
import { ensureToken, tokenFileOf } from './token.js'

export interface ApiOptions {
  /** The node's folder, which gets `api.json` and `api.token`. */
  readonly folder: string
  readonly address: ApiAddress
  readonly name: string
  readonly market: string
}

export interface Api {
  readonly url: string
  /** Ends every connection and takes the endpoint file away. Safe to call again. */
  close(): Promise<void>
}

/** Larger than any plan. */
const bodyBytesMax = 16_384

/** Begins to answer for `node`. @throws what the system says when it cannot listen at `address`. */
export async function serveApi(node: MarketNode, options: ApiOptions): Promise<Api> {
  const { folder, address, name } = options
  const token = await ensureToken(folder)
  const startedAt = new Date().toISOString()
  const app = fastify({ bodyLimit: bodyBytesMax, forceCloseConnections: true })
  const guarded = { token, open: !isLoopback(address.host), tokenFile: tokenFileOf(folder) }
  app.addHook('onRequest', async (request) => guard(request, guarded))
  answerErrors(app)
  app.get('/v1/status', async () => ({
    name,
    market: options.market,
    peerId: node.peerId,
    addresses: node.addresses(),
    startedAt,
    ...node.status(),
  }))
  await app.listen({ host: address.host, port: address.port })
  const bound = app.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
  const url = `http://${authorityOf({ host: address.host, port })}`
  await writeEndpoint(folder, {
    url,
    pid: process.pid,
    token: tokenFileOf(folder),
    name,
    peerId: node.peerId,
    startedAt,
  })
  return {
    url,
    close: async () => {
      await removeEndpoint(folder)
      await app.close()
    },
  }
}

function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request) => {
    throw new ApiError(404, 'not-found', {
      message: `there is no ${request.method} ${request.url}`,
      advice: 'GET /v1/openapi.json lists what there is',
    })
  })
  app.setErrorHandler((error: FastifyError | ApiError, _request, reply) => {
    const { code, message } = error
    const advice = error instanceof ApiError ? error.advice : undefined
    const status = error.statusCode ?? 500
    return reply.code(status).send({ error: { code, message, ...(advice !== undefined && { advice }) } })
  })
}
