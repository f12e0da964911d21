/**
 * A process of its own that serves the real page, over the real routes, with a market that goes round and round: what was once seen of it,
 * dated anew, its gossip at the rate that is asked for. Beside it an empty page reads the same stream and draws nothing.
 */
import { once } from 'node:events'
import { appWith } from '../../node/api/app.js'
import { EventRing } from '../../node/api/event-ring.js'
import { addEventStream } from '../../node/api/events.js'
import { listen } from '../../node/api/serve.js'
import { addAssets } from '../../node/dashboard/assets.js'
import type { InspectEvent } from '../../src/inspect/event.js'
import { feedToken } from './feed-token.js'
import type { Material } from './material.js'

export interface FeedOrder {
  readonly material: Material
  /** Gossip events a second. */
  readonly rate: number
}

/** What the feed tells: first where it serves, then, whenever it is asked, how many events it ever put out. */
export type FeedNews = { readonly url: string } | { readonly pushed: number; readonly cpuMs: number }

const tickMs = 10
/** Between facts from before the feed began. */
const prefillMs = 20
/** As a swarm keeps. */
const [gossipMax, factsMax] = [40_000, 20_000]

/** Reads what the page reads, and does nothing with it. */
const bareScript = `
  const response = await fetch('/v1/gossip', { headers: { authorization: 'Bearer ${feedToken}' } })
  const reader = response.body.getReader()
  while (!(await reader.read()).done);
`

const [order] = (await once(process, 'message')) as [FeedOrder]
const { material, rate } = order
const run = Date.now()
const [gossip, facts] = [new EventRing(gossipMax), new EventRing(factsMax)]
const app = await appWith({
  token: feedToken,
  tokenFile: '',
  open: false,
  version: '',
  onFault: (error) => console.error(error),
})
if (!(await addAssets(app))) throw new Error('there is no page: run npm run build first')
for (const [path, type, body] of [
  ['/bare', 'text/html', '<!doctype html><title>bare</title><script type="module" src="/bare.js"></script>'],
  ['/bare.js', 'text/javascript', bareScript],
] as const) {
  app.get(path, { config: { isPublic: true } }, (_request, reply) => reply.type(type).send(body))
}
app.get('/v1/view', () => {
  const { views, lengthMs } = material
  const place = Math.floor((((Date.now() - run) % lengthMs) / lengthMs) * views.length)
  const at = Date.now()
  const view = views[place]!
  return { ...view, at, nodes: view.nodes.map((node) => ({ ...node, seenAt: at })) }
})
app.get<{ Params: { award: string } }>('/v1/receipts/:award', ({ params }) => material.receipts[params.award])
addEventStream(app, { path: '/v1/events', summary: '', about: '', ring: facts, run })
addEventStream(app, { path: '/v1/gossip', summary: '', about: '', ring: gossip, run })
const say = (news: FeedNews) => process.send!(news)
say({ url: await listen(app, { host: '127.0.0.1', port: 0 }) })

/** The fields that stay, as JSON without its first brace. */
const texts = material.events.map(({ n: _, at: __, ...rest }: InspectEvent) => JSON.stringify(rest).slice(1))
const idStart = /"[0-9a-f]{8}(?=[0-9a-f]{56}")/g

function pushGossip(number: number): void {
  const place = number % texts.length
  // Every time round the messages are others.
  const round = `"${Math.floor(number / texts.length)
    .toString(16)
    .padStart(8, '0')}`
  const text = texts[place]!.replace(idStart, round)
  gossip.pushText(material.events[place]!.type, `{"n":${number + 1},"at":${Date.now() * 1_000},${text}`)
}

function* factsInTurn(): Generator<Material['facts'][number] & { readonly due: number }> {
  for (let round = 0; ; round += 1) {
    for (const told of material.facts) yield { ...told, due: run + round * material.lengthMs + told.at }
  }
}

// What a page keeps of them is full from the start, as it is of the gossip within seconds.
for (let number = 0; number < factsMax; number += 1) {
  const { type, fact } = material.facts[number % material.facts.length]!
  facts.push(type, { ...fact, at: run - (factsMax - number) * prefillMs })
}
const telling = factsInTurn()
let next = telling.next()
let pushed = 0
const began = performance.now()
setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1_000) * rate)
  while (pushed < due) {
    pushGossip(pushed)
    pushed += 1
  }
  for (; next.done !== true && next.value.due <= Date.now(); next = telling.next()) {
    facts.push(next.value.type, { ...next.value.fact, at: Date.now() })
  }
}, tickMs)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  say({ pushed, cpuMs: (user + system) / 1_000 })
})
process.on('disconnect', () => process.exit())
