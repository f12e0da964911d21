import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../node/config.js'
import { UsageError } from '../../node/errors.js'
import { settings } from '../../node/settings.js'
import { internetRules, lanRules } from '../../src/agent/rules.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-config-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function load(
  content: unknown,
  {
    environment = {},
    flags = {},
  }: { environment?: Record<string, string>; flags?: Record<string, string | boolean> } = {},
) {
  const file = join(folder, 'node.json')
  await writeFile(file, JSON.stringify(content))
  return loadConfig({ file, environment, flags })
}

describe('the configuration of a node', () => {
  it('is complete without a file', async () => {
    expect(await loadConfig({ file: undefined, environment: {}, flags: {} })).toEqual({
      name: 'me',
      market: 'local',
      dashboard: true,
      folder: join('.overage', 'me'),
      listen: ['/ip4/0.0.0.0/tcp/0'],
      bootstrap: [],
      local: false,
      api: { host: '127.0.0.1', port: 0 },
      rules: { ...internetRules, idleMsMax: 86_400_000 },
      log: { file: join('.overage', 'me', 'log.jsonl'), level: 'info' },
    })
  })

  it('takes each setting from the flag, else the environment, else the file, else the default', async () => {
    const file = { name: 'file', log: { level: 'warn' } }
    const environment = { OVERAGE_NAME: 'variable', OVERAGE_LOG_LEVEL: 'debug' }
    expect((await load(file)).name).toBe('file')
    expect((await load(file, { environment })).name).toBe('variable')
    const config = await load(file, { environment, flags: { name: 'flag' } })
    expect(config).toMatchObject({ name: 'flag', log: { level: 'debug' } })
  })

  it('writes a trace only where it is told to', async () => {
    expect(await load({ name: 'ann' })).not.toHaveProperty('trace')
    expect((await load({ trace: 'file.jsonl' })).trace).toBe('file.jsonl')
    expect((await load({}, { environment: { OVERAGE_TRACE: 'variable.jsonl' } })).trace).toBe('variable.jsonl')
  })

  it('reads lists and switches from the environment', async () => {
    const environment = { OVERAGE_LISTEN: '/ip4/127.0.0.1/tcp/1, /ip4/127.0.0.1/tcp/2', OVERAGE_LOCAL: 'true' }
    const config = await load({}, { environment })
    expect(config.listen).toEqual(['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2'])
    expect(config.local).toBe(true)
  })

  it('has the quick rules of a LAN where all peers are local, and those that the file changes', async () => {
    expect((await load({ local: true, rules: { epsilon: 0.5, viewMax: 3 } })).rules).toEqual({
      ...lanRules,
      idleMsMax: 86_400_000,
      epsilon: 500_000,
      viewMax: 3,
    })
  })

  it.each([
    ['an unknown field', { colour: 1 }, 'colour: no such field'],
    ['an unknown nested field', { log: { size: 1 } }, 'log.size: no such field'],
    ['an address that is none', { bootstrap: ['example.com:80'] }, 'bootstrap[0]: must be a multiaddr'],
    ['nowhere to listen', { listen: [] }, 'listen: must name at least one multiaddr'],
    ['a short seed', { identitySeed: 'abc' }, 'identitySeed: must be 32 bytes'],
    ['a wish without worth', { wants: { gb: 3 } }, 'wants.sigma: must be a number, but is missing'],
    ['a market that no topic can name', { market: 'No Spaces' }, 'market: must be 1 to 64 lower-case letters'],
    ['a list', [], 'the input: must be an object'],
  ])('refuses %s, naming the file and the path', async (_what, content, message) => {
    await expect(load(content)).rejects.toThrow(UsageError)
    await expect(load(content)).rejects.toThrow(`node.json: ${message}`)
  })

  it('names the variable or the flag that is wrong', async () => {
    const environment = { OVERAGE_LOCAL: 'maybe' }
    await expect(load({}, { environment })).rejects.toThrow(
      'environment: OVERAGE_LOCAL: must be true or false, got "maybe"',
    )
    const flags = { 'log-level': 'loud' }
    await expect(load({}, { flags })).rejects.toThrow('command line: --log-level: must be one of error')
  })

  it('says the variable, default and reason of every setting', () => {
    for (const { flag, variable, fallback, why } of settings) {
      expect(variable).toBe(`OVERAGE_${flag.toUpperCase().replace('-', '_')}`)
      expect(fallback).not.toBe('')
      expect(why).not.toBe('')
    }
  })
})
