/** A node's local API: what it knows, what it is told to do, and what happens, for programs of its person alone (docs/api.md). */
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { Json } from '../../src/ports/store.js'
import { addAssets, pageAddressOf } from '../dashboard/assets.js'
import { addView } from '../dashboard/node-view.js'
import type { MarketNode } from '../market-node.js'
import { packageVersion } from '../version.js'
import { type ApiAddress, authorityOf, isLoopback } from './address.js'
import { appWith } from './app.js'
import { addBundle } from './bundle.js'
import { removeEndpoint, writeEndpoint } from './endpoint.js'
import { addEvents } from './events.js'
import { addGossip } from './gossip.js'
import { addMetrics } from './metrics.js'
import { addReading, addTelling } from './routes.js'
import { ensureToken, tokenFileOf } from './token.js'

export interface ApiOptions {
  /** The node's folder, which gets `api.json` and `api.token`. */
  readonly folder: string
  readonly address: ApiAddress
  readonly name: string
  readonly market: string
  readonly log?: Logger
  /** What libp2p counts into. Default: a new one, in which there is only the market. */
  readonly metrics?: Registry | undefined
  /** The bundle of its network; absent: it belongs to none, and hands out none. */
  readonly bundle?: Json | undefined
  /** Whether the dashboard is served beside it. Default: it is. */
  readonly dashboard?: boolean
  /** How many events are kept for readers that fall behind. Default: some thousand. */
  readonly eventsMax?: number
}

export interface Api {
  readonly url: string
  /** Where its person opens the dashboard, the token included; undefined: it is not served. */
  readonly page: string | undefined
  /** The file that holds its token. */
  readonly tokenFile: string
  /** Ends every connection and takes the endpoint file away. Safe to call again. */
  close(): Promise<void>
}

/** Begins to answer for `node`. @throws what the system says when it cannot listen at `address`. */
export async function serveApi(node: MarketNode, options: ApiOptions): Promise<Api> {
  const { address, name, market, log, metrics = new Registry(), eventsMax, bundle, dashboard = true } = options
  const folder = resolve(options.folder)
  const tokenFile = tokenFileOf(folder)
  const startedAt = Date.now()
  const token = await ensureToken(folder)
  const app = await appWith({
    token,
    open: !isLoopback(address.host),
    tokenFile,
    version: packageVersion(),
    onFault: (error) => log?.error({ err: error }, 'the API failed'),
  })
  addReading(app, node, { name, market, startedAt })
  addTelling(app, node)
  addEvents(app, node, { startedAt, eventsMax })
  addGossip(app, node.tap, { startedAt })
  addMetrics(app, node, metrics)
  addView(app, node, { name, market, startedAt, currency: currencyIn(bundle) })
  const hasPage = dashboard && (await addAssets(app))
  if (bundle !== undefined) addBundle(app, bundle)
  const url = await listen(app, address)
  await writeEndpoint(folder, { url, pid: process.pid, token: tokenFile, name, peerId: node.peerId, startedAt })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    await removeEndpoint(folder)
    await app.close()
  }
  return {
    url,
    page: hasPage ? pageAddressOf(url, token) : undefined,
    tokenFile,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

/** Begins to listen. @throws what the system says when it cannot. */
export async function listen(app: FastifyInstance, { host, port }: ApiAddress): Promise<string> {
  await app.listen({ host, port })
  const bound = app.server.address()
  return `http://${authorityOf({ host, port: typeof bound === 'object' && bound !== null ? bound.port : port })}`
}

/** What the money is called, where its network says so. */
function currencyIn(bundle: Json | undefined): string | null {
  const { agreed } = (bundle ?? {}) as { readonly agreed?: { readonly currency?: string } }
  return agreed?.currency ?? null
}
