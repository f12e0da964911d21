import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apiAddressIn, authorityOf, isLoopback } from '../../../node/api/address.js'
import { type Endpoint, endpointFileOf, writeEndpoint } from '../../../node/api/endpoint.js'
import { findNode } from '../../../node/api/find-node.js'
import { ensureToken, tokenFileOf } from '../../../node/api/token.js'
import { UsageError } from '../../../node/errors.js'

let root = ''
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'overage-find-'))
})
afterEach(() => rm(root, { recursive: true }))

async function running(name: string, change: Partial<Endpoint> = {}): Promise<string> {
  const folder = join(root, name)
  await mkdir(folder)
  const endpoint = {
    url: 'http://127.0.0.1:1',
    pid: process.pid,
    token: tokenFileOf(folder),
    name,
    peerId: 'p',
    startedAt: 1,
  }
  await writeEndpoint(folder, { ...endpoint, ...change })
  return folder
}

/** Above every pid that Linux gives. */
const nobody = 4_194_304 + 1

describe('the node that a command means', () => {
  it('is the one whose folder is named', async () => {
    const folder = await running('ann')
    await running('bob')
    expect(await findNode(folder, { root })).toMatchObject({ folder, endpoint: { name: 'ann' } })
  })

  it('is the only one that runs, whatever else was left behind', async () => {
    const folder = await running('ann')
    await running('killed', { pid: nobody })
    await mkdir(join(root, 'stopped'))
    await mkdir(join(root, 'damaged'))
    await writeFile(endpointFileOf(join(root, 'damaged')), '{"url":')
    await writeFile(join(root, 'file'), '')
    expect(await findNode(undefined, { root })).toMatchObject({ folder })
  })

  it('takes a choice when several run, and each is listed', async () => {
    await running('ann')
    await running('bob')
    const error = await findNode(undefined, { root }).catch((cause: UsageError) => cause)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as UsageError).advice).toMatch(/--node \S+ann {3}ann\n.*--node \S+bob {3}bob/)
  })

  it('is started first when none runs', async () => {
    await running('killed', { pid: nobody })
    for (const named of [undefined, join(root, 'killed'), join(root, 'nowhere')]) {
      await expect(findNode(named, { root })).rejects.toMatchObject({
        exitCode: 2,
        advice: expect.stringMatching('start'),
      })
    }
  })
})

describe('the token of a node', () => {
  it('stays the same from start to start', async () => {
    const token = await ensureToken(root)
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await ensureToken(root)).toBe(token)
  })

  it.each([
    ['others could have read it', 'x'.repeat(43), 0o644],
    ['it is damaged', 'short', 0o600],
  ])('is made anew when %s', async (_, text, mode) => {
    await writeFile(tokenFileOf(root), text, { mode })
    expect(await ensureToken(root)).not.toBe(text)
  })
})

describe('where an API listens', () => {
  it.each([
    ['127.0.0.1:7700', { host: '127.0.0.1', port: 7_700 }],
    ['localhost:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:80', { host: '::1', port: 80 }],
    ['0.0.0.0:7700', { host: '0.0.0.0', port: 7_700 }],
  ])('is said as %s, and said again', (text, address) => {
    expect(apiAddressIn(text)).toEqual(address)
    expect(authorityOf(address)).toBe(text.replace('localhost', '127.0.0.1'))
  })

  it.each(['', 'off', '7700', '127.0.0.1', '127.0.0.1:70000', 'example.org:80', '::1:80', '[127.0.0.1]:80', '[::1]'])(
    'is not said as %j',
    (text) => {
      expect(apiAddressIn(text)).toBeUndefined()
    },
  )

  it('is this machine alone for loopback addresses, and for no other', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].map(isLoopback)).toEqual([true, true, true])
    expect(['0.0.0.0', '192.168.1.1', '::', 'localhost', '127.0.0.1.example'].map(isLoopback)).not.toContain(true)
  })
})
