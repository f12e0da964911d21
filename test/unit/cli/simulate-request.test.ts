import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../../node/errors.js'
import type { SimulateFlags } from '../../../node/simulate/flags.js'
import { simulateDefaults, simulateRequestOf } from '../../../node/simulate/request.js'
import { lanRules } from '../../../src/agent/rules.js'
import { lanNetwork } from '../../../src/sim/network.js'
import { defaultSimulation } from '../../../src/sim/options.js'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-simulate-'))
})
afterAll(() => rm(folder, { recursive: true }))

const request = (flags: Partial<SimulateFlags> = {}) => simulateRequestOf({ ...simulateDefaults, ...flags })
const options = async (flags: Partial<SimulateFlags>) => (await request(flags)).runs[0]!

describe('what a simulation is asked for', () => {
  it('is the reference market unless said otherwise', async () => {
    expect(await options({})).toEqual(defaultSimulation)
  })

  it('has as many sellers for each buyer as the reference market, unless said', async () => {
    expect(await options({ buyers: '1000' })).toMatchObject({ buyers: 1_000, sellers: 400 })
    expect(await options({ buyers: '1' })).toMatchObject({ sellers: 1 })
    expect(await options({ buyers: '10', sellers: '30' })).toMatchObject({ sellers: 30 })
  })

  it('takes the rules and the network of a LAN, and what is said besides', async () => {
    expect(await options({ lan: true })).toMatchObject({ rules: lanRules, network: lanNetwork })
    expect(await options({ lan: true, latency: '2..8', loss: '0.5%' })).toMatchObject({
      network: { latencyMsMin: 2, latencyMsMax: 8, lossPerMille: 5, jitterMs: lanNetwork.jitterMs },
    })
  })

  it('turns every named fault into the option of that name', async () => {
    const { network, faults } = await options({
      duplicate: '2%',
      reorder: '5%',
      slow: '10%@100ms',
      skew: '1s',
      crash: '20%',
      down: '1s..4s',
      powerLoss: '50%',
      partition: ['10s@5s', '2s@30s/3'],
    })
    expect(network).toMatchObject({
      duplicatePerMille: 20,
      reorderPerMille: 50,
      reorderMsMax: 500,
      slowPerMille: 100,
      slowMs: 100,
      clockSkewMsMax: 1_000,
    })
    expect(faults).toEqual({
      crashPerMille: 200,
      crashFromMs: 2_000,
      crashToMs: 20_000,
      downMsMin: 1_000,
      downMsMax: 4_000,
      powerLossPerMille: 500,
      partitions: [
        { forMs: 10_000, atMs: 5_000, groups: 2 },
        { forMs: 2_000, atMs: 30_000, groups: 3 },
      ],
    })
  })

  it('changes rules by name, by file and by their own flags, the later the stronger', async () => {
    const file = join(folder, 'rules.json')
    await writeFile(file, '{"roundMs":500,"viewMax":3,"epsilon":2}')
    const { rules } = await options({ rules: [file, 'roundMs=700'], view: '9', epsilon: '0.5' })
    expect(rules).toMatchObject({ roundMs: 700, viewMax: 9, epsilon: 500_000 })
  })

  it('draws budgets where a range is given', async () => {
    expect((await options({ budget: '40..400' })).population.budget).toEqual([40, 400])
  })

  it('listens to two shards where there are more than one', async () => {
    expect(await options({})).toMatchObject({ shards: 1, shardsHeard: 1 })
    expect(await options({ shards: '20' })).toMatchObject({ shards: 20, shardsHeard: 2 })
  })

  it('is as many markets as seeds, which differ in the seed alone', async () => {
    const { runs, many } = await request({ seeds: '3', seed: 'x', buyers: '10' })
    expect(many).toBe(true)
    expect(runs.map(({ seed }) => seed)).toEqual(['x-1', 'x-2', 'x-3'])
    expect(new Set(runs.map((run) => JSON.stringify({ ...run, seed: '' }))).size).toBe(1)
  })

  it('is on several threads only where one market is large, and can be divided', async () => {
    expect(await request({})).toMatchObject({ threads: 1 })
    expect(await request({ threads: '3' })).toMatchObject({ threads: 3 })
    const large = { buyers: '20000', fast: true }
    expect(await request(large)).toMatchObject({ threads: Math.min(cpus().length, 7) })
    expect(await request({ ...large, seeds: '2' })).toMatchObject({ threads: 1 })
    expect(await request({ ...large, check: 'every-step' })).toMatchObject({ threads: 1 })
    expect(await request({ ...large, latency: '0..5' })).toMatchObject({ threads: 1 })
    expect(await request({ buyers: '20000', trace: 'traces' })).toMatchObject({ threads: 1 })
  })

  it('can be asked for again in the same words', async () => {
    const flags = { seed: "it's", partition: ['10s@5s'], lan: true, check: 'every-step', json: '-' } as const
    expect((await request(flags)).command).toBe(
      "overage simulate --seed 'it'\\''s' --check every-step --partition 10s@5s --lan",
    )
  })

  it('prints nothing but the report where the report goes to standard output', async () => {
    expect(await request({ json: true })).toMatchObject({ quiet: true, json: '-' })
    expect(await request({ json: join(folder, 'report.json') })).toMatchObject({ quiet: false })
  })

  it.each([
    [{ buyers: '0' }, '--buyers: must be a whole number from 1 to 200000, got 0'],
    [
      { latency: '200..20' },
      '--latency: must be a range of times up to 1h, such as 20..200 or 1ms..5ms, got "200..20"',
    ],
    [{ loss: '1' }, '--loss: must be a share from 0% to 100% in steps of 0.1%, such as 1%, got "1"'],
    [{ partition: ['5s'] }, '--partition: must be how long, when, and in how many groups (2 to 100), such as 10s@5s'],
    [{ powerLoss: '50%' }, '--power-loss: says how nodes crash, and none does'],
    [{ rules: ['roundsMax=0'] }, '--rules.roundsMax: must be a whole number from 1 to 1000, got 0'],
    [{ rules: ['rounds=1'] }, '--rules.rounds: no such field'],
    [{ rules: ['nowhere.json'] }, 'nowhere.json: no such file'],
    [{ view: 'all' }, '--view: must be a whole number from 1 to 64, got "all"'],
    [{ budget: '0..5' }, '--budget: must be a range of amounts above 0'],
    [{ timeLimit: '10ms' }, '--time-limit: must be a time from 1s to 24h, such as 10min, got "10ms"'],
    [{ trace: 'traces', fast: true }, '--trace: --fast makes no bytes to record'],
    [{ trace: 'traces', seeds: '2' }, '--trace: traces are of one market, --seeds asks for many'],
    [{ threads: '2', trace: 'traces' }, '--threads: a market that is traced has one thread'],
    [{ threads: '2', seeds: '2' }, '--threads: with --seeds each market has one thread'],
    [{ threads: '2', check: 'every-step' as const }, '--threads: the laws of every step are checked by one observer'],
    [{ threads: '2', latency: '0..5' }, '--threads: messages that take no time'],
    [{ seeds: '0' }, '--seeds: must be a whole number from 1 to 10000, got 0'],
    [{ seed: '' }, '--seed: must be 1 to 64 characters'],
  ])('is refused for %j', async (flags, message) => {
    await expect(request(flags)).rejects.toThrow(UsageError)
    await expect(request(flags)).rejects.toThrow(message)
  })
})
