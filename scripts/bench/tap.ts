/**
 * What being looked at costs the nodes: offers gossiped through twenty real ones in one process, every node checking and keeping them,
 * against the same without a tap, in a process beside it. All twenty are read at once, over their APIs. What nodes do for a reader is
 * theirs and counted: recording, decoding, JSON, HTTP, the files of a capture. What the reader does is not: that is this process.
 * The ways take turns, so that what else the machine does hits all of them.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { fileURLToPath } from 'node:url'
import { type BenchRow, quantile, rowOf } from './row.js'
import type { SwarmReady, Turn, TurnReport } from './tap-swarm.js'

const token = 'bench'
const turns = 9
const messages = 100

const ways = ['none', 'off', 'read', 'raw', 'files'] as const
type Way = (typeof ways)[number]

const names: Readonly<Record<Exclude<Way, 'none'>, string>> = {
  off: 'a tap that nobody reads / none',
  read: 'every tap read / none',
  raw: 'every tap read, bytes included / none',
  files: 'every tap captured to files / none',
}
/** Off, a tap costs a look at a flag, which is less than this can measure. */
const limits: Readonly<Record<Exclude<Way, 'none'>, number>> = { off: 1.03, read: 1.15, raw: 1.15, files: 1.15 }

export async function benchTap(): Promise<readonly BenchRow[]> {
  const [bare, tapped] = [await startSwarm([]), await startSwarm([token])]
  const costs: Record<Way, number[]> = { none: [], off: [], read: [], raw: [], files: [] }
  for (let turn = 0; turn <= turns; turn += 1) {
    for (const way of turn % 2 === 0 ? ways : [...ways].reverse()) {
      const { cpuMs } = way === 'none' ? await bare.take({ messages, capture: false }) : await watched(tapped, way)
      // The first warms up.
      if (turn > 0) costs[way].push(cpuMs / messages)
    }
  }
  await Promise.all([bare.end(), tapped.end()])
  const cost = (way: Way): number => quantile(costs[way], 0.5)
  return (['off', 'read', 'raw', 'files'] as const).map((way) =>
    rowOf({
      name: `CPU of 20 nodes a gossiped offer: ${names[way]}`,
      ours: cost(way),
      bare: cost('none'),
      unit: 'ms',
      limit: limits[way],
    }),
  )
}

interface Swarm {
  readonly urls: SwarmReady['urls']
  take(turn: Turn): Promise<TurnReport>
  end(): Promise<void>
}

async function startSwarm(args: readonly string[]): Promise<Swarm> {
  const child = fork(fileURLToPath(new URL('tap-swarm.js', import.meta.url)), args)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the swarm ended early, with exit code ${code}`)
  })
  const heard = async <Message>(): Promise<Message> => {
    const [message] = await Promise.race([once(child, 'message') as Promise<[Message]>, ended])
    return message
  }
  const { urls } = await heard<SwarmReady>()
  return {
    urls,
    take(turn) {
      child.send(turn)
      return heard<TurnReport>()
    },
    async end() {
      child.disconnect()
      await ended.catch(() => {})
    },
  }
}

/** A turn of a swarm with taps. @throws when readers did not get what happened. */
async function watched(swarm: Swarm, way: Exclude<Way, 'none'>): Promise<TurnReport> {
  const isRead = way === 'read' || way === 'raw'
  const readers = isRead ? await Promise.all(swarm.urls.map((url) => Reader.open(url, way === 'raw'))) : []
  const report = await swarm.take({ messages, capture: way === 'files' })
  const read = readers.reduce((sum, reader) => sum + reader.close(), 0)
  const expected = isRead ? report.events : 0
  if (way !== 'off' && report.events === 0) throw new Error('the taps saw nothing')
  if (Math.abs(read - expected) > expected / 50) throw new Error(`${read} of ${expected} events were read`)
  return report
}

class Reader {
  readonly #response: IncomingMessage
  #events = 0

  private constructor(response: IncomingMessage) {
    this.#response = response
    response.setEncoding('latin1')
    response.on('data', (text: string) => {
      if (text.includes('event: lost')) throw new Error('a reader fell behind')
      this.#events += text.split('data: {').length - 1
    })
  }

  static async open(url: string, raw: boolean): Promise<Reader> {
    const request = get(`${url}/v1/gossip?raw=${raw}`, { headers: { authorization: `Bearer ${token}` } })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return new Reader(response)
  }

  /** How many events came. */
  close(): number {
    this.#response.destroy()
    return this.#events
  }
}
