/** Server-sent events of a node whose every fact the test writes, over real sockets. */
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Api, serveApi } from '../../node/api/serve.js'
import type { PeerNews } from '../../node/libp2p/peers.js'
import type { MarketNode } from '../../node/market-node.js'
import type { Fact } from '../../src/agent/agent.js'
import { until } from './swarm.js'

let folder = ''
let api: Api
let tell: (fact: Fact) => void
let meet: (news: PeerNews) => void
const sockets: Socket[] = []

const eventsMax = 64

/** Only what events are made of: the rest of the API is never asked here. */
function stubNode(): MarketNode {
  const facts: ((fact: Fact) => void)[] = []
  const news: ((news: PeerNews) => void)[] = []
  tell = (fact) => facts.forEach((listener) => void listener(fact))
  meet = (met) => news.forEach((listener) => void listener(met))
  return {
    peerId: 'nobody',
    onFact: (listener: (fact: Fact) => void) => void facts.push(listener),
    onPeer: (listener: (news: PeerNews) => void) => void news.push(listener),
  } as unknown as MarketNode
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-events-'))
  api = await serveApi(stubNode(), {
    folder,
    name: 'stub',
    market: 'events',
    address: { host: '127.0.0.1', port: 0 },
    eventsMax,
  })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await api.close()
  await rm(folder, { recursive: true })
})

interface Heard {
  readonly id: string
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** A reader of events on a socket of its own, which it may leave unread. */
class Reader {
  readonly socket: Socket
  #text = ''

  constructor(socket: Socket) {
    this.socket = socket
    sockets.push(socket)
    socket.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
    })
  }

  get heard(): readonly Heard[] {
    const found = this.#text.matchAll(/id: (\S+)\nevent: (\S+)\ndata: (.*)\n\n/g)
    return [...found].map(([, id, type, data]) => ({ id: id!, type: type!, data: JSON.parse(data!) }))
  }

  /** Cheaper than {@link heard}. */
  ends(text: string): boolean {
    return this.#text.slice(-text.length - 16).includes(text)
  }

  get isListening(): boolean {
    return this.#text.includes('events follow')
  }
}

async function read(lastId?: string): Promise<Reader> {
  const { hostname, port } = new URL(api.url)
  const token = (await readFile(join(folder, 'api.token'), 'utf8')).trim()
  const socket = connect(Number(port), hostname)
  const reader = new Reader(socket)
  await once(socket, 'connect')
  const last = lastId === undefined ? '' : `Last-Event-ID: ${lastId}\r\n`
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n${last}\r\n`)
  await until(() => reader.isListening)
  return reader
}

const offer = `${'o'.repeat(200)}/1`
const fact = (sequence: number): Fact => ({ type: 'offer-known', offer, sequence, known: 1 })
const sequencesOf = (reader: Reader): readonly unknown[] => reader.heard.map(({ data }) => data['sequence'])

describe('a reader of events', () => {
  it('hears what happens from then on, peers included, each with an id that grows', async () => {
    tell(fact(1))
    const reader = await read()
    tell(fact(2))
    meet({ type: 'peer-connected', peer: 'somebody' })
    await until(() => reader.heard.length === 2)
    expect(reader.heard.map(({ type, data }) => [type, data['sequence'] ?? data['peer']])).toEqual([
      ['offer-known', 2],
      ['peer-connected', 'somebody'],
    ])
    const [a, b] = reader.heard.map(({ id }) => Number(id.split('.')[1]))
    expect(b).toBe(a! + 1)
  })

  it('resumes after the last event that it saw', async () => {
    const first = await read()
    for (let sequence = 1; sequence <= 3; sequence++) tell(fact(sequence))
    await until(() => first.heard.length === 3)
    first.socket.destroy()
    tell(fact(4))
    tell(fact(5))
    const second = await read(first.heard[1]!.id)
    await until(() => second.heard.length === 3)
    expect(sequencesOf(second)).toEqual([3, 4, 5])
  })

  it('that resumes too late is told how many events are gone, and gets the rest', async () => {
    const first = await read()
    tell(fact(1))
    await until(() => first.heard.length === 1)
    for (let sequence = 2; sequence <= eventsMax + 11; sequence++) tell(fact(sequence))
    const late = await read(first.heard[0]!.id)
    await until(() => late.heard.length === eventsMax + 1)
    expect(late.heard[0]).toMatchObject({ type: 'lost', data: { events: 10 } })
    expect(sequencesOf(late).slice(1)).toEqual(Array.from({ length: eventsMax }, (_, index) => index + 12))
  })

  it('that comes with an id of an earlier run is told that nobody knows what it missed', async () => {
    tell(fact(1))
    const reader = await read('1.7')
    tell(fact(2))
    await until(() => reader.heard.length === 2)
    expect(reader.heard[0]).toMatchObject({ type: 'lost', data: { events: null } })
    expect(sequencesOf(reader)[1]).toBe(2)
  })

  it('that does not read loses the oldest and is told how many, and holds nothing up', async () => {
    const reader = await read()
    reader.socket.pause()
    // Some 16 MB: beyond what the two ends of a socket hold.
    const all = 50_000
    for (let sequence = 1; sequence <= all; sequence++) {
      tell(fact(sequence))
      if (sequence % 50 === 0) await new Promise(setImmediate)
    }
    reader.socket.resume()
    await until(() => reader.ends(`"sequence":${all},"known":1}\n\n`))
    const { heard } = reader
    const lost = heard.filter(({ type }) => type === 'lost')
    expect(lost.length).toBeGreaterThan(0)
    expect(heard.length - lost.length + lost.reduce((sum, { data }) => sum + Number(data['events']), 0)).toBe(all)
  })

  it('too many are refused, and nobody else minds', async () => {
    const readers = await Promise.all(Array.from({ length: 32 }, () => read()))
    const token = (await readFile(join(folder, 'api.token'), 'utf8')).trim()
    const response = await fetch(`${api.url}/v1/events`, { headers: { authorization: `Bearer ${token}` } })
    expect(response.status).toBe(503)
    readers[0]!.socket.destroy()
    tell(fact(1))
    await until(() => readers.slice(1).every(({ heard }) => heard.length === 1))
    await expect(read()).resolves.toBeInstanceOf(Reader)
  })
})
