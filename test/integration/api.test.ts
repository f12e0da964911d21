/** The API of real nodes over loopback: two of them trade, told over HTTP, while a client asks everything there is to ask. */
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { toString as textOf } from 'uint8arrays/to-string'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { endpointFileOf, readEndpoint } from '../../node/api/endpoint.js'
import {
  auctionsSchema,
  bidsSchema,
  errorSchema,
  offersSchema,
  peersSchema,
  receiptsSchema,
  statusSchema,
  toldSchema,
} from '../../node/api/schemas.js'
import { type Api, serveApi } from '../../node/api/serve.js'
import { type MarketNode, startMarketNode } from '../../node/market-node.js'
import { lanRules, type Rules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { until } from './swarm.js'

interface Served {
  readonly node: MarketNode
  readonly api: Api
  readonly folder: string
  readonly token: string
}

let root = ''
let ann: Served
let bob: Served
/** Every body that any answer had, for the search for keys. */
const bodies: string[] = []

/** Auctions that wait for their bidders. */
const rules = { ...lanRules, idleMsMax: millis(600_000) }

async function serve(name: string, bootstrap: readonly string[] = [], change: Partial<Rules> = {}): Promise<Served> {
  const folder = join(root, name)
  const metrics = new Registry()
  const base = {
    name,
    folder,
    market: 'api',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap,
    local: true,
    rules: { ...rules, ...change },
  }
  const node = await startMarketNode({ ...base, metrics, log: pino({ enabled: false }) })
  const api = await serveApi(node, { ...base, metrics, address: { host: '127.0.0.1', port: 0 } })
  node.trade()
  const token = (await readFile(join(folder, 'api.token'), 'utf8')).trim()
  return { node, api, folder, token }
}

async function end({ api, node }: Served): Promise<void> {
  await api.close()
  await node.stop({ withdraw: false })
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly json: unknown
}

async function ask({ api, token }: Served, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) }
  const response = await fetch(`${api.url}${path}`, { ...init, headers })
  const text = await response.text()
  bodies.push(text)
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, text, json: isJson ? JSON.parse(text) : undefined }
}

const tell = (served: Served, path: string, body: unknown): Promise<Answer> =>
  ask(served, path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'overage-api-'))
  ann = await serve('ann')
  bob = await serve('bob', ann.node.addresses())
  await until(() => ann.node.status().meshPeers === 1 && bob.node.status().meshPeers === 1)
})
afterAll(async () => {
  for (const served of [ann, bob].filter((served) => served !== undefined)) await end(served)
  await rm(root, { recursive: true })
})

describe('a node that is told over its API', () => {
  it('sells, and another buys, until both hold the receipt', async () => {
    const selling = await tell(ann, '/v1/sell', { gb: 5, floor: 8 })
    expect(selling).toMatchObject({ status: 200, json: { selling: { open: true, stock: 5_000, reserve: 8_000 } } })
    const buying = await tell(bob, '/v1/buy', { gb: 3, sigma: 60, alpha: 0.5, budget: 200 })
    expect(buying).toMatchObject({ status: 200, json: { buying: { demand: 3_000 } } })
    for (const { json } of [selling, buying]) expect(toldSchema.safeParse(json).error).toBeUndefined()
    await until(() => (bob.node.status().buyer?.owned ?? 0) > 0 && ann.node.status().seller?.unsettled === 0)
    const [sold, bought] = await Promise.all([ask(ann, '/v1/receipts'), ask(bob, '/v1/receipts')])
    const [mine] = receiptsSchema.parse(sold.json).receipts
    const [theirs] = receiptsSchema.parse(bought.json).receipts
    expect(mine).toMatchObject({ side: 'sold', seller: ann.node.peerId, buyer: bob.node.peerId })
    expect(theirs).toEqual({ ...mine, side: 'bought' })
  })

  it.each([
    ['/v1/sell', { gb: 5 }, /floor/],
    ['/v1/sell', { gb: '5', floor: 8 }, /gb: must be/],
    ['/v1/sell', { gb: 5, floor: 8, extra: 1 }, /extra: no such field/],
    ['/v1/buy', { gb: 5, sigma: 40, alpha: 2 }, /alpha: must be/],
    ['/v1/buy', {}, /gb/],
    ['/v1/withdraw', { what: 'some' }, /what/],
    ['/v1/forget', { award: 'ab'.repeat(32) }, /risk/],
    ['/v1/forget', { award: 'ab'.repeat(32), risk: 'may-be-bought-twice' }, /no accept waits/],
  ])('refuses %s %j and names the fault', async (path, body, problem) => {
    const { status, json } = await tell(ann, path, body)
    expect(status).toBe(400)
    expect(errorSchema.parse(json).error).toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(problem),
    })
  })

  it('lists no accept when each has its receipt', async () => {
    expect((await ask(bob, '/v1/accepts')).json).toEqual({ accepts: [] })
  })

  it('takes back its offer and forgets it, and its bids alone where that is asked', async () => {
    await tell(bob, '/v1/sell', { gb: 1, floor: 500 })
    await tell(bob, '/v1/buy', { gb: 1, sigma: 1, alpha: 0 })
    const bids = await tell(bob, '/v1/withdraw', { what: 'bids' })
    expect(bids.json).toMatchObject({ selling: { open: true }, buying: { wanted: 0 } })
    const all = await tell(bob, '/v1/withdraw', {})
    expect(all.json).toMatchObject({ selling: { open: false, closeReason: 'withdrawn', unsold: 0 } })
  })
})

describe('what the API answers', () => {
  it.each([
    ['/v1/status', statusSchema],
    ['/v1/peers', peersSchema],
    ['/v1/offers?status=all', offersSchema],
    ['/v1/auctions', auctionsSchema],
    ['/v1/receipts', receiptsSchema],
  ] as const)('at %s is what OpenAPI says, and not empty', (path, schema) => expectAsSaid(ann, path, schema))

  it('at /v1/bids is what OpenAPI says, and not empty', async () => {
    // A bid stands until its auction commits; this one goes on for as long as anybody may look.
    const eve = await serve('eve', bob.node.addresses(), { calmRounds: 10_000, roundsMax: 10_000 })
    await tell(eve, '/v1/sell', { gb: 5, floor: 8 })
    await tell(bob, '/v1/buy', { gb: 1, sigma: 60, alpha: 0.5 })
    await until(() => bob.node.view.bids().length > 0)
    await expectAsSaid(bob, '/v1/bids', bidsSchema)
    await tell(bob, '/v1/withdraw', {})
    await end(eve)
  })

  async function expectAsSaid(served: Served, path: string, schema: z.ZodType): Promise<void> {
    const openapi = (await ask(served, '/v1/openapi.json')).json as OpenApi
    const said = openapi.paths[path.split('?')[0]!]!['get']!.responses['200']!.content['application/json']!.schema
    const { status, json } = await ask(served, path)
    expect(status).toBe(200)
    expect(schema.safeParse(json).error).toBeUndefined()
    expect(z.fromJSONSchema(said as Parameters<typeof z.fromJSONSchema>[0]).safeParse(json).error).toBeUndefined()
    // Nobody here cheated.
    const lists = Object.entries(json as object).filter(([name, list]) => Array.isArray(list) && name !== 'proofs')
    for (const [, list] of lists) expect(list).not.toEqual([])
  }

  it('tells its own offer from those of others, and pages through them', async () => {
    const { offers } = offersSchema.parse((await ask(ann, '/v1/offers?status=all')).json)
    expect(offers.map(({ mine, seller }) => mine === (seller === ann.node.peerId))).not.toContain(false)
    const first = offersSchema.parse((await ask(ann, '/v1/offers?status=all&limit=1')).json)
    const rest = offersSchema.parse((await ask(ann, `/v1/offers?status=all&after=${first.next}`)).json)
    expect([...first.offers, ...rest.offers].map(({ offer }) => offer)).toEqual(offers.map(({ offer }) => offer))
    expect((await ask(ann, '/v1/offers?limit=0')).status).toBe(400)
  })

  it('counts facts, messages and peers for Prometheus', async () => {
    const { text } = await ask(ann, '/metrics')
    expect(text).toMatch(/^overage_facts_total\{type="sold"\} [1-9]/m)
    expect(text).toMatch(/^overage_sold_gigabytes [0-9.]+/m)
    expect(text).toMatch(/^gossipsub_peers_per_protocol_count/m)
    expect(text).toMatch(/^libp2p_connection_manager_connections/m)
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds/m)
  })

  it('has every metric that the dashboard asks for', async () => {
    const { text } = await ask(ann, '/metrics')
    const known = new Set(
      [...text.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name, type]) => namesOf(name!, type!)),
    )
    const dashboard = JSON.parse(await readFile('scripts/testnet/grafana.json', 'utf8')) as Dashboard
    const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    const asked = expressions.flatMap(
      (expression) =>
        expression.replace(/\([a-z_, ]+\)/g, '').match(/\b(?:overage|libp2p|gossipsub|nodejs|process)_\w+/g)!,
    )
    expect(asked.length).toBeGreaterThan(15)
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([])
  })

  it('is nothing that nobody knows, and says where to look', async () => {
    const { status, json } = await ask(ann, '/v2/status')
    expect(status).toBe(404)
    expect(errorSchema.parse(json).error).toMatchObject({
      code: 'not-found',
      advice: expect.stringContaining('openapi'),
    })
  })
})

describe('whoever has no right to ask', () => {
  it.each([
    ['no token', {}],
    ['another token', { authorization: `Bearer ${'x'.repeat(43)}` }],
    ['a token of another length', { authorization: 'Bearer x' }],
    ['another scheme', { authorization: 'Basic eA==' }],
  ])('with %s is told which file has it, and nothing else', async (_, headers) => {
    const response = await fetch(`${ann.api.url}/v1/status`, { headers })
    expect(response.status).toBe(401)
    const { error } = errorSchema.parse(await response.json())
    expect(error).toMatchObject({ code: 'unauthorized', advice: expect.stringContaining('api.token') })
  })

  it.each(['evil.example', 'evil.example:80', '127.0.0.1.evil.example', '192.0.2.7'])(
    'under the name %j is refused before its token is looked at',
    async (host) => {
      const { hostname, port } = new URL(ann.api.url)
      const headers = { host, authorization: `Bearer ${ann.token}` }
      const asked = request({ hostname, port, path: '/v1/status', headers })
      asked.end()
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      expect(response.statusCode).toBe(403)
      expect(errorSchema.parse(await json(response)).error.code).toBe('forbidden-host')
    },
  )

  it('cannot send more than a plan has', async () => {
    const { status, json } = await tell(ann, '/v1/sell', { gb: 5, floor: 8, extra: 'x'.repeat(20_000) })
    expect(status).toBe(413)
    expect(errorSchema.parse(json).error.code).toBe('too-large')
  })
})

describe('the folder of a node', () => {
  it('has the token and the endpoint for its owner alone', async () => {
    for (const file of ['api.token', 'api.json']) {
      expect((await stat(join(ann.folder, file))).mode & 0o777, file).toBe(0o600)
    }
    expect(await readEndpoint(ann.folder)).toMatchObject({ url: ann.api.url, pid: process.pid, name: 'ann' })
  })

  it('has no endpoint once the API has stopped, and the same token when it starts again', async () => {
    await bob.api.close()
    await expect(access(endpointFileOf(bob.folder))).rejects.toThrow()
    expect(await readEndpoint(bob.folder)).toBeUndefined()
    const address = { host: '127.0.0.1', port: 0 }
    bob = { ...bob, api: await serveApi(bob.node, { folder: bob.folder, name: 'bob', market: 'api', address }) }
    expect((await ask(bob, '/v1/status')).status).toBe(200)
  })
})

describe('the private key', () => {
  it('is in no answer, whatever its encoding', async () => {
    await Promise.all(['/v1/status', '/v1/receipts', '/metrics', '/v1/openapi.json'].map((path) => ask(ann, path)))
    bodies.push(await readFile(endpointFileOf(ann.folder), 'utf8'))
    const file = await readFile(join(ann.folder, 'identity.key'))
    // Type and length, then the seed and the public key.
    const seed = file.subarray(4, 36)
    expect(file.length).toBe(68)
    const everything = bodies.join('\n')
    expect(everything.length).toBeGreaterThan(10_000)
    const isIn = (bytes: Buffer): boolean =>
      [
        bytes.toString('hex'),
        bytes.toString('hex').toUpperCase(),
        textOf(bytes, 'base58btc'),
        bytes.toString('latin1'),
        bytes.join(','),
        // Within something longer base64 shifts: each of the three ways in which it may.
        ...[0, 1, 2].map((shift) => bytes.subarray(shift, shift + 27).toString('base64')),
        ...[0, 1, 2].map((shift) => bytes.subarray(shift, shift + 27).toString('base64url')),
      ].some((text) => everything.includes(text))
    expect(isIn(seed)).toBe(false)
    // The search would find it: the public key stands in the proof of every receipt.
    expect(isIn(file.subarray(36, 68))).toBe(true)
  })
})

interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { readonly responses: Record<string, { readonly content: Record<string, { schema: unknown }> }> }>
  >
}

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[]
}

/** What a metric is called in an expression. */
const namesOf = (name: string, type: string): readonly string[] =>
  type === 'histogram' || type === 'summary' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
