/** The testnet commands as a stranger runs them. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endAll, type Started, start } from './command.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-join-'))
})
afterEach(async () => {
  endAll()
  await rm(folder, { recursive: true })
})

const bundleIn = (name: string): string => join(folder, `${name}.testnet.json`)
const run = (...args: readonly string[]): Started['ended'] => start(args).ended
const init = (name: string, ...flags: readonly string[]) =>
  run('testnet', 'init', name, '--lan', '--out', bundleIn(name), ...flags)
const joining = (bundle: string, name: string, ...flags: readonly string[]): Started =>
  start(['join', bundle, '--local', '--no-multicast', '--folder', join(folder, name), '--json', ...flags])

/** Resolves with the line that has `what` in it. */
function said({ child, ended }: Started, what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = ''
    child.stdout!.on('data', (text: string) => {
      out += text
      const line = out.split('\n').find((each) => each.includes(what))
      if (line !== undefined) resolve(line)
    })
    void ended.then(({ err }) => reject(new Error(`it ended without saying ${what}: ${out}${err}`)))
  })
}

describe('overage testnet and overage join', () => {
  it('lead from nothing to a sale, and tell a stranger with the wrong bundle which step failed', async () => {
    expect((await init('lab')).code).toBe(0)
    expect((await init('lab')).err).toContain('--force')
    const listen = ['--listen', '/ip4/127.0.0.1/tcp/0', '--local', '--no-multicast', '--api', 'off', '--json']
    const place = join(folder, 'bootstrap')
    const bootstrap = start([
      'testnet',
      'bootstrap',
      '--bundle',
      bundleIn('lab'),
      '--write',
      '--folder',
      place,
      ...listen,
    ])
    await said(bootstrap, '"step":"written"')
    const [address] = (JSON.parse(await readFile(bundleIn('lab'), 'utf8')) as { bootstrap: string[] }).bootstrap
    expect((await init('other', '--bootstrap', address!)).code).toBe(0)
    expect((await init('closed', '--bootstrap', address!, '--private')).code).toBe(0)
    expect((await stat(bundleIn('closed'))).mode & 0o777).toBe(0o600)

    const ann = joining(bundleIn('lab'), 'ann', '--sell', '5GB', '--floor', '8')
    await said(ann, '"step":"joined"')
    const { api, token } = await apiOf('ann')
    const ben = joining(`${api}/v1/bundle`, 'ben', '--token-file', token, '--buy', '3GB', '--sigma', '60')
    const stranger = joining(bundleIn('other'), 'stranger')
    const locked = joining(bundleIn('closed'), 'locked', '--wait', '6s')
    const [synced] = await Promise.all([said(ben, '"step":"offers"'), said(ben, '"fact":"bought"')])
    const offers = JSON.parse(synced) as { peersInSync: number }
    expect(offers).toMatchObject({ outcome: 'ok', offersKnown: 1, sync: 'complete' })
    expect(offers.peersInSync).toBeGreaterThan(0)

    expect(await stranger.ended).toMatchObject({
      code: 3,
      out: expect.stringContaining('"step":"network","outcome":"failed"'),
      err: expect.stringContaining('another network'),
    })
    expect(await locked.ended).toMatchObject({
      code: 3,
      out: expect.stringContaining(`"address":"${address}"`),
      err: expect.stringContaining('pre-shared key is wrong'),
    })
    ann.child.kill('SIGTERM')
    expect((await ann.ended).code).toBe(0)
  })

  it('refuse what cannot work before anything is started', async () => {
    await init('lab')
    const [edited, alone, unheard] = await Promise.all([
      start(['testnet', 'show', '-'], (await readFile(bundleIn('lab'), 'utf8')).replace('"epsilon": 1', '"epsilon": 2'))
        .ended,
      joining(bundleIn('lab'), 'me', '--floor', '8').ended,
      start(['join', '--folder', join(folder, 'nobody')]).ended,
    ])
    expect([edited.code, alone.code, unheard.code]).toEqual([2, 2, 2])
    expect(edited.err).toContain('its id')
    expect(alone.err).toContain('--floor says nothing alone')
    expect(unheard.err).toContain('say which network to join')
  })
})

async function apiOf(name: string): Promise<{ api: string; token: string }> {
  const { url, token } = JSON.parse(await readFile(join(folder, name, 'api.json'), 'utf8'))
  return { api: url, token }
}
