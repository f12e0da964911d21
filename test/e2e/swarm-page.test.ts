/** The page of a swarm, as whoever opens it keeps the swarm up, and its nodes told. */
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeEndpoint } from '../../node/api/endpoint.js'
import { readStream } from '../../node/api/sse.js'
import { type View, viewSchema } from '../../node/dashboard/schema.js'
import { SwarmSource } from '../../node/dashboard/swarm-source.js'
import { endAll, start } from '../integration/command.js'
import { until } from '../integration/swarm.js'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-page-'))
})
afterEach(endAll)
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

/** Over soon: whether anything is sold matters to none of these tests. */
const rules = { roundMs: 50, reactMsMax: 50, idleMsMax: 500, gossipMsMin: 50 }
const people = [
  { name: 'ann', sells: { gb: 10, floor: 1 } },
  { name: 'bo', wants: { gb: 8, sigma: 30, alpha: 0.5 } },
]

async function startSwarm(name: string) {
  const market = join(folder, `${name}.json`)
  await writeFile(market, JSON.stringify({ currency: '$', rules, people }))
  const swarm = start(['swarm', '--market', market, '--folder', join(folder, name), '--isolate', 'none'])
  let said = ''
  swarm.child.stdout?.on('data', (text: string) => {
    said += text
  })
  return { ...swarm, said: () => said }
}

it('a swarm whose page is open stays when its market has ended, and ends when the page is closed', async () => {
  const swarm = await startSwarm('watched')
  const address = () => /^page +(http\S+)\/#token=(\S+)\n/m.exec(swarm.said())
  await until(() => address() !== null)
  const [, url, token] = address()!
  const page = new AbortController()
  const ask = (path: string) =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` }, signal: page.signal })
  const kinds = new Set<string>()
  for (const path of ['/v1/events', '/v1/gossip']) {
    const { body } = await ask(path)
    readStream(body!, ({ event }) => kinds.add(event)).catch(() => {})
  }
  await until(() => swarm.said().includes(`a page is still open at ${url}`))
  const view: View = viewSchema.parse(await (await ask('/v1/view')).json())
  expect(view.nodes.map(({ trouble }) => trouble)).toEqual([null, null])
  expect(view.followed).toBe(2)
  // Facts of the market from the one, how its nodes are connected from the other.
  await until(() => kinds.has('offer-opened') && kinds.has('peer'))
  page.abort()
  const { code, out } = await swarm.ended
  expect(code).toBe(0)
  expect(out).not.toContain('Nobody opened its page')
})

it('a swarm whose page nobody opened ends by itself, and says how to look', async () => {
  const swarm = await startSwarm('alone')
  const { code, out } = await swarm.ended
  expect(code).toBe(0)
  expect(out).toContain('Nobody opened its page. --keep leaves the nodes running')
})

/** A node of which only the gossip is there, and that counts who reads it. */
async function stubNode(name: string): Promise<{ readonly readers: Set<ServerResponse>; readonly server: Server }> {
  const readers = new Set<ServerResponse>()
  const server = createServer((_request, response) => {
    readers.add(response)
    response.once('close', () => readers.delete(response))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`event: capture\ndata: {"type":"capture","node":"${name}","at":1}\n\n`)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const home = join(folder, name)
  await mkdir(home)
  const token = join(home, 'api.token')
  await writeFile(token, 'secret\n')
  const { port } = server.address() as AddressInfo
  const place = { url: `http://127.0.0.1:${port}`, pid: process.pid, token, name, peerId: name, startedAt: 1 }
  await writeEndpoint(home, place)
  return { readers, server }
}

it('nodes are listened to while somebody watches, also those that come later, and not otherwise', async () => {
  const [ann, bo] = [await stubNode('ann'), await stubNode('bo')]
  const source = new SwarmSource(() => [])
  source.follow('ann', join(folder, 'ann'))
  source.open()
  source.follow('bo', join(folder, 'bo'))
  await until(() => ann.readers.size === 1 && bo.readers.size === 1)
  await until(() => source.gossip.last === 2)
  source.close()
  await until(() => ann.readers.size === 0 && bo.readers.size === 0)
  source.open()
  await until(() => ann.readers.size === 1 && bo.readers.size === 1)
  source.end()
  await until(() => ann.readers.size === 0 && bo.readers.size === 0)
  for (const { server } of [ann, bo]) server.close()
})
