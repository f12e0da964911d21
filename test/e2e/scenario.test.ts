/** `overage swarm test` as people run it: real swarms of two, real faults. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { isProcessRunning } from '../../node/processes.js'
import type { SwarmRecord } from '../../node/swarm/record.js'
import { endAll, start } from '../integration/command.js'
import { until } from '../integration/swarm.js'
import { parseXml } from '../unit/scenario/xml.js'

const market = `market:
  currency: $
  rules: { idleMsMax: 60000 }
  people:
    - { name: ann, sells: { gb: 3, floor: 1 } }
    - { name: ben, wants: { gb: 2, sigma: 40, alpha: 0.6 } }
`

// As long as a scenario may wait, on a machine that has much else to do; it waits for what comes, and not for this.
vi.setConfig({ testTimeout: 300_000 })

let folder = ''
/** Where the command puts what it would put into the temporary folder of the system. */
let temporary = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-test-'))
  temporary = join(folder, 'temporary')
  await mkdir(temporary)
  vi.stubEnv('TMPDIR', temporary)
})
afterEach(endAll)
afterEach(() => vi.unstubAllEnvs())
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

async function scenario(name: string, ...steps: readonly string[]): Promise<string> {
  const file = join(folder, `${name}.yaml`)
  await writeFile(file, `name: ${name}\n${market}steps:\n${steps.map((step) => `  - ${step}\n`).join('')}`)
  return file
}

describe('overage swarm test', () => {
  it('plays what it is told, and says which expectation failed; what failed is kept, the rest is not', async () => {
    const failing = await scenario('failing', '{ expect: { offers: 9 }, within: 100ms }', '{ kill: ann }')
    const [junit, json] = [join(folder, 'results.xml'), join(folder, 'results.json')]
    const healing = await scenario(
      'healing',
      '{ partition: [ann, ben] }',
      '{ expect: { among: ann, offers: 1 }, within: 100s }',
      '{ name: slow, latency: { time: 50ms, jitter: 10ms } }',
      '{ heal: true }',
      '{ expect: { sameOffers: true, receipts: 1, welfare: 0.3 }, within: 100s }',
      "{ expect: { stats: 'delay.p50>=40ms,nodes=2', since: slow }, within: 100s }",
    )
    const { code, out, err } = await start(['swarm', 'test', healing, failing, '--junit', junit, '--json', json]).ended
    expect(err).toBe('')
    expect(out).toMatch(/✘ .* expect offers 9\n {6}expected 9 open offers in every book; seen: ann \d, ben \d\n/)
    expect(out).toMatch(/✘ 1 of 2 scenarios failed: failing\n$/)
    expect(code).toBe(1)

    const results = JSON.parse(readFileSync(json, 'utf8'))
    expect(results).toMatchObject([
      { scenario: 'healing', file: healing, passed: true, folder: null },
      { scenario: 'failing', file: failing, passed: false, steps: [{ what: 'expect offers 9' }] },
    ])
    const [healed, failed] = results
    expect(healed.steps.map(({ what }: { what: string }) => what)).toEqual([
      'partition ann | ben',
      'expect offers 1 among ann',
      'latency 50 ms ± 10 ms',
      'heal',
      'expect sameOffers, receipts 1, welfare 0.3',
      'expect delay.p50>=40ms, nodes=2 since slow',
    ])
    expect(healed.steps.flatMap(({ misses }: { misses: unknown[] }) => misses)).toEqual([])
    expect(failed.steps[0].misses).toHaveLength(1)

    const suites = parseXml(readFileSync(junit, 'utf8')).children
    expect(suites.map(({ attributes: { name, tests, failures } }) => [name, tests, failures])).toEqual([
      ['healing', '6', '0'],
      ['failing', '1', '1'],
    ])
    const [failure] = suites[1]!.children[0]!.children
    expect(failure!.attributes['message']).toMatch(/^expected 9 open offers in every book; seen: ann \d, ben \d$/)

    expect(out).toContain(`stores and logs: ${failed.folder}\n`)
    expect(failure!.text).toContain(`stores and logs: ${failed.folder}`)
    expect(readdirSync(temporary).map((name) => join(temporary, name, 'failing'))).toEqual([failed.folder])
    expect(readdirSync(failed.folder)).toEqual(expect.arrayContaining(['ann.jsonl', 'ben.jsonl', 'swarm.json']))
  })

  it('exits with 0 when all is met, prints JSON alone where that is wanted, and keeps what it is told to keep', async () => {
    const kept = join(folder, 'kept')
    const file = await scenario(
      'quiet',
      "{ expect: { offers: 1, stats: 'published>0' }, within: 100s }",
      '{ kill: ann }',
    )
    const { code, out, err } = await start(['swarm', 'test', file, '--json', '-', '--folder', kept]).ended
    expect([code, err]).toEqual([0, ''])
    expect(JSON.parse(out)).toMatchObject([
      { scenario: 'quiet', passed: true, folder: join(kept, 'quiet'), steps: [{}, { what: 'kill ann', misses: [] }] },
    ])
    const captures = readdirSync(join(kept, 'quiet', 'gossip.captures'))
    expect(captures.filter((name) => name.startsWith('ann.'))).toHaveLength(1)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('refuses a wrong file at its line and column before anything runs', async () => {
    const right = await scenario('right', '{ kill: ann }')
    const wrong = await scenario('wrong', '{ kill: ann }', '{ loss: { share: 5%, of: [ben, zoe] } }')
    const junit = join(folder, 'results.xml')
    const { code, out, err } = await start(['swarm', 'test', right, wrong, '--junit', junit]).ended
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(`${wrong}:10:36: steps[1].loss.of: nobody is called zoe by then`)
    expect(err).toContain('there are ann, ben')
    expect(existsSync(junit)).toBe(false)
    expect(readdirSync(temporary)).toEqual([])
  })

  it('interrupted, ends every node, also one that is paused and one that is cut off, and leaves no file behind', async () => {
    const steps = ['{ partition: [ann, ben] }', '{ pause: ben }', '{ after: 1h, resume: ben }']
    const [file, junit] = [await scenario('endless', ...steps), join(folder, 'results.xml')]
    const { child, ended } = start(['swarm', 'test', file, '--junit', junit])
    let out = ''
    child.stdout?.on('data', (text: string) => {
      out += text
    })
    await until(() => out.includes('pause ben'), 200_000)
    const [base = ''] = readdirSync(temporary)
    const record: SwarmRecord = JSON.parse(readFileSync(join(temporary, base, 'endless', 'swarm.json'), 'utf8'))
    const pids = record.nodes.map(({ pid }) => pid!)
    expect(pids).toHaveLength(2)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 130, err: '' })
    expect(pids.filter(isProcessRunning)).toEqual([])
    expect(readdirSync(temporary)).toEqual([])
    expect(existsSync(junit)).toBe(false)
  })
})
