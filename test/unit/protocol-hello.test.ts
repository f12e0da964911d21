import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as wire from '../../src/protocol/generated/market.js'
import { decodeHello, encodeHello, type Hello, services } from '../../src/protocol/hello.js'
import { limits } from '../../src/protocol/message.js'
import { millis } from '../../src/units.js'

const network = 'ab'.repeat(32)
const hello: Hello = {
  version: 1,
  network,
  time: millis(1_700_000_000_000),
  serves: services,
  peers: ['/ip4/192.0.2.7'],
}
const wired = { version: 1, network: new Uint8Array(32), time: 1, serves: [1], peers: ['/ip4/192.0.2.7'] }
const codeOf = (read: { readonly ok: boolean; readonly code?: string }) => (read.ok ? 'ok' : read.code)

describe('a hello', () => {
  test('reads as it was written', () => {
    for (const said of [hello, { ...hello, network: '', serves: [], peers: [], version: 7 } as const]) {
      expect(decodeHello(encodeHello(said))).toEqual({ ok: true, hello: said })
    }
  })

  test('of the most and longest addresses fits', () => {
    const peers = Array<string>(limits.helloPeersMax).fill('/'.padEnd(limits.helloAddressBytesMax, 'a'))
    expect(decodeHello(encodeHello({ ...hello, peers }))).toMatchObject({ ok: true, hello: { peers } })
  })

  test('of a newer version is read as far as it is known', () => {
    const newer = [...wire.Hello.encode({ ...wired, version: 3, serves: [2, 15] }), 0x7a, 0x03, 1, 2, 3]
    expect(decodeHello(Uint8Array.from(newer))).toMatchObject({ ok: true, hello: { version: 3, serves: ['relay'] } })
  })

  test.each([
    ['malformed', 'its version is none', { version: 0 }],
    ['malformed', 'its network is no hash', { network: new Uint8Array(31) }],
    ['malformed', 'an address holds a control character', { peers: ['/ip4/192.0.2.7 \u001b[2J'] }],
    ['out-of-bounds', 'an address is too long', { peers: ['/'.padEnd(limits.helloAddressBytesMax + 1, 'a')] }],
    ['out-of-bounds', 'it names too many peers', { peers: Array(limits.helloPeersMax + 1).fill('/') }],
    ['out-of-bounds', 'it serves too much', { serves: Array(limits.helloServicesMax + 1).fill(1) }],
    ['too-large', 'it is too long', { peers: Array(limits.helloPeersMax).fill('/'.padEnd(1_000, 'a')) }],
  ] as const)('is %s when %s', (code, _, change) => {
    expect(codeOf(decodeHello(wire.Hello.encode({ ...wired, ...(change as object) })))).toBe(code)
  })

  test('of any bytes is answered, never thrown at', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(typeof decodeHello(bytes).ok).toBe('boolean')
      }),
    )
  })

  test('that no receiver would take is refused to whoever writes it', () => {
    expect(() => encodeHello({ ...hello, peers: Array(limits.helloPeersMax + 1).fill('/') })).toThrow(RangeError)
  })
})

test('the specification numbers the services as the code does', () => {
  const spec = readFileSync(new URL('../../src/protocol/SPEC.md', import.meta.url), 'utf8')
  expect(spec).toContain('1 offer sync, 2 relay, 3 look-ups of peers')
  expect(services).toEqual(['offers', 'relay', 'lookup'])
})
