/** Events on their way out of a node: into files, over the API, through the command line. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Api, serveApi } from '../../node/api/serve.js'
import { follow } from '../../node/inspect/attach.js'
import { Capture } from '../../node/inspect/capture.js'
import { captureOf } from '../../node/inspect/source.js'
import { Tap } from '../../node/libp2p/tap.js'
import type { MarketNode } from '../../node/market-node.js'
import type { InspectLine } from '../../src/inspect/event.js'
import { ann, ben, topic } from '../unit/inspect/samples.js'
import { bytesOf, until } from './swarm.js'

const commandLine = join(import.meta.dirname, '..', '..', 'dist', 'node', 'main.js')
const run = promisify(execFile)

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-capture-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const tapOf = (node: string, name: string): Tap => new Tap({ node, name, market: 'test' })

async function read(paths: readonly string[]): Promise<readonly InspectLine[]> {
  const lines: InspectLine[] = []
  for await (const batch of await captureOf(paths)) lines.push(...batch)
  return lines
}

/** Two nodes of which one publishes a message that the other gets, twice. */
async function captureTwo(): Promise<void> {
  const [a, b] = [tapOf(ann, 'ann'), tapOf(ben, 'ben')]
  const fail = (error: Error): never => {
    throw error
  }
  const captures = [a, b].map(
    (tap, index) => new Capture(tap, { folder, name: index === 0 ? 'ann' : 'ben', onFailure: fail }),
  )
  const data = bytesOf('hello')
  // RPC { messages: [{ data, topic }] }
  const message = [0x12, data.length, ...data, 0x22, topic.length, ...bytesOf(topic)]
  const frame = Uint8Array.from([0x12, message.length, ...message])
  const base64Id = 'LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ'
  a.published(topic, data)
  a.rpc('out', ben, { frame })
  b.rpc('in', ann, { frame })
  b.judged('delivered', ann, { topic, base64Id })
  b.judged('duplicate', ann, { topic, base64Id })
  await Promise.all(captures.map((capture) => capture.close()))
}

describe('a capture', () => {
  it('has every event once and in order, in files of a bounded size of which the oldest go', async () => {
    const tap = tapOf(ann, 'ann')
    const limits = { fileBytesMax: 4_000, filesMax: 3, flushMs: 1, linesMax: 16 }
    const capture = new Capture(tap, { folder, name: 'ann', limits, onFailure: () => {} })
    for (let n = 0; n < 400; n += 1) tap.peer('connected', `peer ${n}`)
    await capture.close()
    await capture.close()
    expect(tap.isOn).toBe(false)
    const names = await readdir(folder)
    expect(names.length).toBeLessThanOrEqual(3)
    for (const name of names) expect((await readFile(join(folder, name), 'utf8')).length).toBeLessThan(8_000)
    const lines = await read([folder])
    const numbers = lines.flatMap((line) => (line.type === 'peer' ? [line.n] : []))
    expect(numbers.at(-1)).toBe(400)
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 400 - numbers.length + 1 + index))
    expect(lines.filter(({ type }) => type === 'capture')).toHaveLength(names.length)
  })

  it('says how many events its disk was too slow for', async () => {
    const tap = new Tap({ node: ann, name: 'ann', market: 'test', eventsMax: 10 })
    const capture = new Capture(tap, { folder, name: 'ann', onFailure: () => {} })
    for (let n = 0; n < 25; n += 1) tap.peer('connected', `peer ${n}`)
    await capture.close()
    const lines = await read([folder])
    expect(lines.find(({ type }) => type === 'lost')).toMatchObject({ events: 15 })
  })

  it('is answered by the command line: statistics with expectations, the way of a message, others formats', async () => {
    await captureTwo()
    const [stats, message, lines] = await Promise.all([
      run(process.execPath, [commandLine, 'inspect', 'stats', '-r', folder, '--json']),
      run(process.execPath, [commandLine, 'inspect', 'msg', '2cf24d', '-r', folder]),
      run(process.execPath, [commandLine, 'inspect', '-r', folder, 'duplicate & node=ben']),
      run(process.execPath, [
        commandLine,
        'inspect',
        'export',
        folder,
        '--to',
        'tracestat',
        '-o',
        join(folder, 'x.trace'),
      ]),
      run(process.execPath, [
        commandLine,
        'inspect',
        'export',
        folder,
        '--to',
        'pcapng',
        '-o',
        join(folder, 'x.pcapng'),
      ]),
    ])
    expect(JSON.parse(stats.stdout)).toMatchObject({ nodes: 2, published: 1, verdicts: { delivered: 1, duplicate: 1 } })
    expect(message.stdout).toMatch(/ann 0\.0 ms\n└─ ben \d+\.\d ms {2}again from ann \+\d+\.\d ms/)
    const printed = lines.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    // Merged by time, in which either may have begun first.
    expect(printed.map(({ type }) => type).sort()).toEqual(['capture', 'capture', 'verdict'])
    const verdict = printed.findIndex(({ type }) => type === 'verdict')
    const begun = printed.findIndex(({ type, node }) => type === 'capture' && node === printed[verdict].node)
    expect(begun).toBeLessThan(verdict)
    const trace = gunzipSync(await readFile(join(folder, 'x.trace')))
    expect(trace.includes(Buffer.from('2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824', 'hex'))).toBe(
      true,
    )
    const pcapng = await readFile(join(folder, 'x.pcapng'))
    expect(pcapng.readUInt32LE(0)).toBe(0x0a0d0d0a)
    // Two packets, each an exported PDU for the protobuf dissector with the RPC in it.
    expect(pcapng.toString('latin1').split('protobuf').length - 1).toBe(2)
  })

  it('exits 1 and says which expectation failed, and 2 with a caret where a filter cannot be read', async () => {
    await captureTwo()
    const failing = await run(process.execPath, [
      commandLine,
      'inspect',
      'stats',
      '-r',
      folder,
      '--expect',
      'nodes=2,dup<1',
    ]).catch((error) => error)
    expect(failing).toMatchObject({ code: 1 })
    expect(failing.stderr).toContain('expected dup<1')
    expect(failing.stderr).not.toContain('nodes=2')
    const faulty = await run(process.execPath, [commandLine, 'inspect', '-r', folder, 'msg & | x']).catch(
      (error) => error,
    )
    expect(faulty).toMatchObject({ code: 2 })
    expect(faulty.stderr).toContain("msg & | x\n      ^ expected a field, a kind, '!' or '('")
  })
})

describe('GET /v1/gossip', () => {
  let api: Api
  let tap: Tap
  const closing = new AbortController()
  beforeEach(async () => {
    tap = tapOf(ann, 'ann')
    const node = { peerId: ann, tap, onFact: () => {}, onPeer: () => {} } as unknown as MarketNode
    api = await serveApi(node, { folder, name: 'ann', market: 'test', address: { host: '127.0.0.1', port: 0 } })
  })
  afterEach(() => api.close())

  it('switches the tap on, begins with whose it is, and gives what passes the filter', async () => {
    const endpoint = JSON.parse(await readFile(join(folder, 'api.json'), 'utf8'))
    const heard: InspectLine[] = []
    expect(tap.isOn).toBe(false)
    const following = follow(
      { folder, endpoint },
      { filter: 'connected & peer~ben', raw: false, signal: closing.signal, onLines: (lines) => heard.push(...lines) },
    )
    await until(() => heard.length === 1)
    expect(heard[0]).toMatchObject({ type: 'capture', node: ann, name: 'ann' })
    expect(tap.isOn).toBe(true)
    tap.peer('connected', 'dan')
    tap.peer('connected', 'ben')
    await until(() => heard.length === 2)
    expect(heard[1]).toMatchObject({ type: 'peer', peer: 'ben', n: 2 })
    closing.abort()
    await following
  })

  it('refuses a filter that it cannot read, and says where', async () => {
    const token = await readFile(join(folder, 'api.token'), 'utf8')
    const answer = await fetch(`${api.url}/v1/gossip?filter=${encodeURIComponent('topic=')}`, {
      headers: { authorization: `Bearer ${token.trim()}` },
    })
    expect(answer.status).toBe(400)
    const { error } = (await answer.json()) as { error: { message: string } }
    expect(error.message).toContain('topic=\n      ^ expected a value')
  })
})
