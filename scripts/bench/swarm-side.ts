/**
 * One side of `swarm.ts` in a process of its own: `ours`, a market of a hundred whole nodes; or `bare`, as many hosts that
 * gossip and send as many messages of the same size in the same time, and do nothing with them.
 */
import '../../node/polyfill.js'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lpStream } from '@libp2p/utils'
import type { Host } from '../../node/libp2p/compose.js'
import { generateMarket } from '../../node/market-file.js'
import { Swarm } from '../../node/swarm/swarm.js'
import { benchTopic, connectRing, pause, startHost } from './hosts.js'

/** What a market sent in how long. */
export interface Traffic {
  readonly ms: number
  readonly gossip: { readonly messages: number; readonly bytes: number }
  readonly direct: { readonly messages: number; readonly bytes: number }
}

/** From the first bid to the last receipt; starting and connecting is not counted. */
export interface SideReport {
  readonly traffic: Traffic
  readonly cpuMs: number
  /** The largest resident set, in bytes. */
  readonly residentMax: number
  /** Of the market alone. */
  readonly atRest: boolean
  readonly bidsPerBuyer: number
}

export interface Size {
  readonly buyers: number
  readonly sellers: number
}

export type Task = { readonly size: Size } & (
  | { readonly side: 'ours' }
  | { readonly side: 'bare'; readonly traffic: Traffic }
)

/** A market that is not over by then is reported as it is. */
const tradeMsMax = 150_000
const dropProtocol = '/overage-bench/drop/1.0.0'

/** What the process took while `work` was under way. */
async function measured<Result>(work: () => Promise<Result>) {
  let residentMax = process.memoryUsage.rss()
  const sampling = setInterval(() => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss())
  }, 50)
  const cpu = process.cpuUsage()
  const start = performance.now()
  const result = await work()
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(sampling)
  return { result, ms: performance.now() - start, cpuMs: (user + system) / 1_000, residentMax }
}

async function runMarket(size: Size): Promise<SideReport> {
  const seed = 'bench'
  const folder = await mkdtemp(join(tmpdir(), 'overage-bench-'))
  const options = {
    market: generateMarket({ seed, ...size, supplyRatio: 0.8 }),
    seed,
    folder: join(folder, 'swarm'),
    trace: undefined,
  }
  const limits = { isolate: 'none', patienceMs: 60_000, timeLimitMs: tradeMsMax } as const
  const swarm = new Swarm({ ...options, ...limits }, { phase() {}, progress() {}, fact() {} })
  try {
    await swarm.launch()
    const { result: rest, ms, cpuMs, residentMax } = await measured(() => swarm.trade())
    const statuses = [...swarm.statuses.values()]
    const sum = (of: (status: (typeof statuses)[number]) => number): number =>
      statuses.reduce((total, status) => total + of(status), 0)
    const once = (arrivals: number): number => Math.round(arrivals / (size.buyers + size.sellers - 1))
    const traffic: Traffic = {
      ms,
      gossip: {
        messages: once(sum((status) => status.traffic.gossip.in.messages)),
        bytes: once(sum((status) => status.traffic.gossip.in.bytes)),
      },
      direct: {
        messages: sum((status) => status.traffic.direct.out.messages),
        bytes: sum((status) => status.traffic.direct.out.bytes),
      },
    }
    const bidsPerBuyer = sum(({ buyer }) => buyer?.bidsSent ?? 0) / size.buyers
    return { traffic, cpuMs, residentMax, atRest: rest === 'at rest', bidsPerBuyer }
  } finally {
    await swarm.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function runBare({ buyers, sellers }: Size, traffic: Traffic): Promise<SideReport> {
  const nodes = buyers + sellers
  const hosts = await Promise.all(Array.from({ length: nodes }, startHost))
  for (const host of hosts) {
    host.services.pubsub.subscribe(benchTopic)
    await host.handle(dropProtocol, async (stream) => {
      for await (const _ of stream);
    })
  }
  await connectRing(hosts)
  const streams = await Promise.all(
    hosts.map((host, index) => host.dialProtocol(neighbourOf(hosts, index), dropProtocol)),
  )
  const frames = streams.map((stream) => lpStream(stream))
  await pause(2_000)
  const { gossip, direct, ms } = traffic
  const {
    cpuMs,
    residentMax,
    ms: took,
  } = await measured(() =>
    Promise.all([
      paced({ ...gossip, ms }, (bytes, index) => hosts[index % nodes]!.services.pubsub.publish(benchTopic, bytes)),
      paced({ ...direct, ms }, (bytes, index) => frames[index % nodes]!.write(bytes)),
    ]),
  )
  return { traffic: { ...traffic, ms: took }, cpuMs, residentMax, atRest: true, bidsPerBuyer: 0 }
}

const neighbourOf = (hosts: readonly Host[], index: number) => hosts[(index + 1) % hosts.length]!.peerId

/** Sends random messages, spread evenly over the time. */
async function paced(
  { messages, bytes, ms }: { readonly messages: number; readonly bytes: number; readonly ms: number },
  send: (message: Uint8Array, index: number) => Promise<unknown>,
): Promise<void> {
  const start = performance.now()
  const messageBytes = Math.round(bytes / messages)
  for (let index = 0; index < messages; index += 1) {
    const waitMs = start + (ms * index) / messages - performance.now()
    if (waitMs > 0) await pause(waitMs)
    await send(randomBytes(messageBytes), index)
  }
  await pause(start + ms - performance.now())
}

process.once('message', (task: Task) => {
  void (task.side === 'ours' ? runMarket(task.size) : runBare(task.size, task.traffic)).then((report) => {
    process.send?.(report, () => process.exit())
  })
})
