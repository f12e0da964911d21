/** What the full-screen view of `overage inspect` takes of a core and of memory while a node tells it 5 000 events a second. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { appWith } from '../../node/api/app.js'
import { writeEndpoint } from '../../node/api/endpoint.js'
import { addGossip } from '../../node/api/gossip.js'
import { listen } from '../../node/api/serve.js'
import { ensureToken, tokenFileOf } from '../../node/api/token.js'
import { base64IdOf } from '../../node/libp2p/frame-shelf.js'
import { Tap } from '../../node/libp2p/tap.js'
import { encode } from '../../src/protocol/codec.js'
import { benchTopic, pause } from './hosts.js'
import { newSigner, offerOf } from './offers.js'
import { type BenchRow, rowOf } from './row.js'
import { market } from './seller-node.js'

export const eventsPerSecond = 5_000
/** Of the terminal. */
export const terminalSize = { columns: 120, rows: 40 } as const
const tickMs = 20
const offers = 2_000
/** Its list is full by then, and what comes pushes out what was. */
const settleMs = 15_000
const benchMs = 30_000

/** What the view took since its process began; memory after a collection. */
export interface ScreenSample {
  readonly cpuMs: number
  readonly atMs: number
  readonly heapBytes: number
  readonly residentBytes: number
}

export interface ScreenWatch {
  sample(): Promise<ScreenSample>
  /** Characters that it wrote to its terminal. */
  readonly written: number
  stop(): Promise<void>
}

export async function benchScreen(): Promise<readonly BenchRow[]> {
  const watch = await watchScreen()
  const first = await watch.sample()
  await pause(benchMs)
  const last = await watch.sample()
  await watch.stop()
  const cpu = (last.cpuMs - first.cpuMs) / ((last.atMs - first.atMs) / 1_000)
  const name = `the terminal view at ${eventsPerSecond} events a second: CPU a second / a core`
  return [rowOf({ name, ours: cpu, bare: 1_000, unit: 'ms', limit: 0.15 })]
}

/** Begins to tell a view of as many events, and returns once it is in its stride. */
export async function watchScreen(): Promise<ScreenWatch> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-bench-'))
  const signer = await newSigner()
  const tap = new Tap({ node: signer.id, name: 'bench', market })
  const app = await appWith({
    token: await ensureToken(folder),
    open: false,
    tokenFile: '',
    version: '0',
    onFault() {},
  })
  const startedAt = Date.now()
  addGossip(app, tap, { startedAt })
  const url = await listen(app, { host: '127.0.0.1', port: 0 })
  await writeEndpoint(folder, {
    url,
    pid: process.pid,
    token: tokenFileOf(folder),
    name: 'bench',
    peerId: signer.id,
    startedAt,
  })
  const view = fork(fileURLToPath(new URL('screen-view.js', import.meta.url)), [folder], {
    execArgv: ['--expose-gc'],
    silent: true,
  })
  let written = 0
  view.stdout!.setEncoding('utf8').on('data', (text: string) => {
    written += text.length
    if (/\d lost /.test(text)) throw new Error('the view fell behind and lost events')
  })
  view.stderr!.pipe(process.stderr)
  const feeding = await feed(tap)
  await pause(settleMs)
  return {
    get written() {
      return written
    },
    async sample() {
      view.send('sample')
      const [sample] = (await once(view, 'message')) as [ScreenSample]
      return sample
    },
    async stop() {
      clearInterval(feeding)
      view.disconnect()
      await once(view, 'exit')
      await app.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Offers as a node with four neighbours in its mesh sees them: eight RPCs each, and a verdict on each that came. */
async function feed(tap: Tap): Promise<NodeJS.Timeout> {
  const signers = await Promise.all(Array.from({ length: 5 }, newSigner))
  const [seller, ...neighbours] = signers
  const seen = Array.from({ length: offers }, (_, index) => {
    const data = encode(offerOf(seller!, { sequence: index + 1 }))
    return { base64Id: base64IdOf(data), frame: rpcOf(data) }
  })
  const steps = neighbours.flatMap(({ id }, index) => [
    (at: number) => tap.rpc('in', id, seen[at]!),
    (at: number) =>
      tap.judged(index === 0 ? 'delivered' : 'duplicate', id, { topic: benchTopic, base64Id: seen[at]!.base64Id }),
    (at: number) => tap.rpc('out', id, seen[at]!),
  ])
  const start = performance.now()
  let told = 0
  return setInterval(() => {
    const due = ((performance.now() - start) * eventsPerSecond) / 1_000
    for (; told < due; told += 1) steps[told % steps.length]!(Math.floor(told / steps.length) % offers)
  }, tickMs)
}

/** RPC { messages: [{ data, topic }] } */
function rpcOf(data: Uint8Array): Uint8Array {
  const topic = Buffer.from(benchTopic)
  const message = Buffer.concat([field(2, data), field(4, topic)])
  return field(2, message)
}

function field(number: number, bytes: Uint8Array): Buffer {
  const length = [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return Buffer.concat([Uint8Array.from([number * 8 + 2, ...length]), bytes])
}
