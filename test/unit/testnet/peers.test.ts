/** What a node remembers and hears of peers, and the bounds of it. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Key } from 'interface-datastore/key'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BoundedDatastore } from '../../../node/libp2p/bounded-datastore.js'
import { dialFailureOf } from '../../../node/libp2p/dial-problem.js'
import { PeerPool } from '../../../node/libp2p/peer-pool.js'
import { RememberedPeers } from '../../../node/remembered-peers.js'
import { peerIdOf } from '../../../src/protocol/identity.js'

const peer = (n: number): string => peerIdOf(new Uint8Array(32).fill(n))
const addressOf = (n: number, port = 1): string => `/ip4/192.0.2.7/tcp/${port}/p2p/${peer(n)}`

describe('peers heard of', () => {
  it('are kept by their peer ids; what is no address, or names nobody, is left out', () => {
    const pool = new PeerPool()
    expect(pool.add('exchanged', ['garbage', '/ip4/192.0.2.7/tcp/1', addressOf(1), addressOf(1, 2)])).toBe(true)
    expect(pool.add('found', [addressOf(1)])).toBe(false)
    expect(pool.sourceOf(peer(1))).toBe('exchanged')
    expect(new Set(pool.addresses())).toEqual(new Set([addressOf(1), addressOf(1, 2)]))
    pool.drop(peer(1))
    expect(pool.addresses()).toEqual([])
  })

  it('are at most 64 of each source, and 4 addresses of each peer, whatever others tell', () => {
    const pool = new PeerPool()
    for (let n = 0; n < 200; n += 1)
      pool.add(
        'exchanged',
        [1, 2, 3, 4, 5, 6].map((port) => addressOf(n, port)),
      )
    pool.add('remembered', [addressOf(250)])
    expect(pool.addresses()).toHaveLength(64 * 4 + 1)
    expect(pool.sourceOf(peer(0))).toBeUndefined()
    expect(pool.sourceOf(peer(199))).toBe('exchanged')
  })
})

describe('peers remembered', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'overage-peers-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('come back in the next run, the latest first, without those that belong elsewhere', async () => {
    const before = new RememberedPeers(folder)
    for (const n of [1, 2, 3]) before.note([addressOf(n)])
    before.note([addressOf(1), addressOf(1, 2)])
    before.forget(peer(2))
    await before.flush()
    expect((await stat(join(folder, 'peers.json'))).mode & 0o777).toBe(0o600)
    expect(await new RememberedPeers(folder).load()).toEqual([addressOf(1), addressOf(1, 2), addressOf(3)])
  })

  it('are at most 64', async () => {
    const peers = new RememberedPeers(folder)
    for (let n = 0; n < 100; n += 1) peers.note([addressOf(n)])
    await peers.flush()
    expect(JSON.parse(await readFile(join(folder, 'peers.json'), 'utf8')).peers).toHaveLength(64)
  })

  it.each(['', '{', '{"version":2,"peers":[]}', '{"version":1,"peers":[{"addresses":[7]}]}'])(
    'are forgotten when their file is none: %s',
    async (text) => {
      await writeFile(join(folder, 'peers.json'), text)
      expect(await new RememberedPeers(folder).load()).toEqual([])
    },
  )
})

describe('what libp2p keeps', () => {
  it('is bounded for each kind of entry, and loses what was written longest ago', async () => {
    const store = new BoundedDatastore(10)
    await store.put(new Key('/peers/me'), new Uint8Array(1))
    for (let n = 0; n < 1_000; n += 1) await store.put(new Key(`/dht/record/${n}`), new Uint8Array(1))
    expect([store.sizeOf('/dht'), store.sizeOf('/peers')]).toEqual([10, 1])
    expect([await store.has(new Key('/dht/record/989')), await store.has(new Key('/dht/record/990'))]).toEqual([
      false,
      true,
    ])
    await store.delete(new Key('/dht/record/999'))
    expect(store.sizeOf('/dht')).toBe(9)
  })

  it('takes no more memory than it has bytes, whatever they were a part of', async () => {
    const store = new BoundedDatastore(10)
    await store.put(new Key('/peers/me'), new Uint8Array(8_192).subarray(8, 16))
    expect((await store.get(new Key('/peers/me'))).buffer.byteLength).toBe(8)
  })
})

describe('why a dial failed', () => {
  const coded = (code: string): Error => Object.assign(new Error('connection error'), { code })
  it.each([
    ['refused', new AggregateError([coded('ECONNREFUSED')], 'All multiaddr dials failed')],
    ['no-such-host', coded('ENOTFOUND')],
    ['unreachable', coded('EHOSTUNREACH')],
    ['no-common-language', Object.assign(new Error('read ECONNRESET'), { name: 'EncryptionFailedError' })],
    ['another-peer', new Error('Payload identity key A does not match expected remote identity key B')],
    ['no-answer', new DOMException('The operation was aborted due to timeout', 'TimeoutError')],
    ['other', new Error('the moon is full')],
  ])('is said in words: %s', (type, error) => {
    const failure = dialFailureOf(error)
    expect(failure.type).toBe(type)
    expect(failure.text).toBe(type === 'other' ? 'the moon is full' : failure.text)
    expect(failure.text).not.toMatch(/E[A-Z]{5,}/)
  })
})
