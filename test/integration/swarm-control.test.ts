/** A swarm that runs in one terminal, seen and told from another, as people do. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SwarmRecord } from '../../node/swarm/record.js'
import { endAll, start } from './command.js'
import { until } from './swarm.js'

let parent = ''
let folder = ''

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'overage-told-'))
  folder = join(parent, 'told')
})
afterEach(endAll)
afterEach(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }))

const record = (): SwarmRecord | undefined => {
  const file = join(folder, 'swarm.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
/** What the swarm's own API answers to whoever writes to it. */
async function posted(path: string, body: object): Promise<{ readonly status: number }> {
  const { url, token } = record()!.api!
  const headers = { authorization: `Bearer ${readFileSync(token, 'utf8').trim()}`, 'content-type': 'application/json' }
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })
  return { status: response.status, ...((await response.json()) as object) }
}
const deathsIn = (now: SwarmRecord | undefined) => now?.nodes.flatMap(({ name, death }) => (death ? [name] : []))

it('a swarm is found by its file, takes a newcomer, loses a node, is stopped, and its report counts all of them', async () => {
  const size = ['--buyers', '1', '--sellers', '1', '--isolate', 'process', '--dashboard', 'off']
  const swarm = start(['swarm', ...size, '--seed', 'told', '--folder', folder, '--keep'])
  let told = ''
  swarm.child.stdout?.on('data', (text: string) => {
    told += text
  })
  const said = (...args: readonly string[]) => start(['swarm', ...args]).ended
  await until(() => told.includes('The nodes keep running'))
  expect(record()).toMatchObject({ format: 'overage-swarm/1', name: 'told', state: 'running', pid: swarm.child.pid })
  expect(record()?.nodes).toHaveLength(2)

  const added = await said('add', folder, '--name', 'zoe', '--sell', '2GB', '--floor', '1', '--json')
  expect(added.err).toBe('')
  expect(record()?.nodes.find(({ name }) => name === 'zoe')).toMatchObject({ role: 'seller', death: null })
  const taken = await said('add', folder, '--name', 'Zoe', '--buy', '2GB', '--sigma', '40')
  expect(taken).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Zoe is there already') })
  expect(taken.err).toMatch(/choose another name than .*zoe/)
  expect(await posted('/v1/nodes', { name: 'ZOE', sells: { gb: 2, floor: 1 } })).toMatchObject({
    status: 409,
    error: { code: 'name-taken', message: 'ZOE is there already' },
  })
  expect(await said('kill', folder, 'zoe')).toMatchObject({ code: 0, err: '' })
  expect(deathsIn(record())).toEqual(['zoe'])
  expect((await said('status', folder)).out).toMatch(/zoe .* killed +\d+\n/)
  const { nodes } = JSON.parse((await said('status', folder, '--json')).out)
  expect(nodes.filter(({ killed }: { killed: boolean }) => killed)).toMatchObject([{ name: 'zoe' }])

  const stopped = await said('stop', folder, '--json')
  // What died on request is no failure.
  expect(stopped.code).toBe(0)
  const report = JSON.parse(stopped.out)
  expect(report.violations).toEqual([])
  expect(report.nodes.map(({ name }: { name: string }) => name)).toContain('zoe')
  expect(await swarm.ended).toMatchObject({ code: 0, err: expect.not.stringContaining('died') })
  expect(record()).toMatchObject({ state: 'ended', pid: null })
  expect(await said('status', folder)).toMatchObject({ code: 2, err: expect.stringContaining('ended') })
})
