/** What the page is fed with: a real market of twenty nodes, watched once from its start to its end, as its page was told of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readStream } from '../../node/api/sse.js'
import { type View, viewSchema } from '../../node/dashboard/schema.js'
import type { InspectEvent } from '../../src/inspect/event.js'

export interface Material {
  /** In the order in which they came. */
  readonly events: readonly InspectEvent[]
  /** What `GET /v1/view` answered every half second, with the receipts behind the last one's sales. */
  readonly views: readonly View[]
  readonly receipts: Readonly<Record<string, unknown>>
  /** `at`: ms since the market was first seen. */
  readonly facts: readonly {
    readonly at: number
    readonly type: string
    readonly fact: Readonly<Record<string, unknown>>
  }[]
  readonly lengthMs: number
}

const command = fileURLToPath(new URL('../../node/main.js', import.meta.url))
const viewMs = 500
const tradingMsMax = 120_000
/** Fewer would repeat themselves within seconds. */
const eventsMin = 10_000

/** Runs the market in `folder`, which is emptied. */
export async function materialFrom(folder: string): Promise<Material> {
  await rm(folder, { recursive: true, force: true })
  const args = [
    'swarm',
    '--nodes',
    '20',
    '--isolate',
    'none',
    '--seed',
    'page',
    '--keep',
    '--folder',
    join(folder, 'swarm'),
  ]
  const swarm = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    return await watched(await addressOf(swarm))
  } finally {
    swarm.kill('SIGINT')
    if (swarm.exitCode === null) await once(swarm, 'exit')
  }
}

function addressOf({ stdout }: ChildProcess): Promise<{ readonly url: string; readonly token: string }> {
  let said = ''
  return new Promise((resolve, reject) => {
    stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [, url, token] = /^page +(http\S+)\/#token=(\S+)\n/m.exec(said) ?? []
      if (url !== undefined && token !== undefined) resolve({ url, token })
    })
    stdout!.once('end', () => reject(new Error(`the market did not start: ${said}`)))
  })
}

async function watched({ url, token }: { readonly url: string; readonly token: string }): Promise<Material> {
  const ending = new AbortController()
  const ask = (path: string) =>
    fetch(`${url}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': '0' },
      signal: ending.signal,
    })
  const startedAt = Date.now()
  const events: InspectEvent[] = []
  const facts: { at: number; type: string; fact: Record<string, unknown> }[] = []
  const follow = async (path: string, take: (type: string, data: string) => void): Promise<void> => {
    const { body } = await ask(path)
    await readStream(body!, ({ event, data }) => take(event, data)).catch(() => {})
  }
  void follow('/v1/gossip', (type, data) => {
    if (type !== 'capture' && type !== 'lost') events.push(JSON.parse(data) as InspectEvent)
  })
  void follow('/v1/events', (type, data) => {
    if (type !== 'lost') facts.push({ at: Date.now() - startedAt, type, fact: JSON.parse(data) })
  })
  const views: View[] = []
  try {
    for (let isOver = false; !isOver; ) {
      if (Date.now() - startedAt > tradingMsMax) throw new Error('the market did not come to its end')
      await delay(viewMs)
      const view = viewSchema.parse(await (await ask('/v1/view')).json())
      if (view.sales.length > 0 || view.offers.length > 0) views.push(view)
      isOver =
        view.sales.length > 0 && view.offers.every(({ status }) => status === 'closed') && events.length > eventsMin
    }
    const receipts: Record<string, unknown> = {}
    for (const { award } of views.at(-1)!.sales) receipts[award] = await (await ask(`/v1/receipts/${award}`)).json()
    return { events, views, receipts, facts, lengthMs: Date.now() - startedAt }
  } finally {
    ending.abort()
  }
}
