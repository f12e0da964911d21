import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readScenario } from '../../../node/scenario/read.js'
import { sentenceOf } from '../../../node/scenario/sentence.js'

const examples = join(import.meta.dirname, '..', '..', '..', 'scripts', 'scenarios')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-read-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function refusal(text: string): Promise<string> {
  const file = join(folder, 'wrong.yaml')
  await writeFile(file, text)
  const error = await readScenario(file).then(
    () => new Error('was taken'),
    (refused: Error) => refused,
  )
  return error.message.replaceAll(file, 'FILE')
}

const market = 'market: {currency: $, people: [{name: ann, sells: {gb: 1, floor: 1}}]}'

it('every example is a scenario', async () => {
  const files = (await readdir(examples)).filter((name) => name.endsWith('.yaml'))
  expect(files.length).toBeGreaterThan(0)
  await Promise.all(files.map((name) => readScenario(join(examples, name))))
})

it('a wrong field is refused at its line and column', async () => {
  expect(await refusal(`name: x\n${market}\nsteps:\n  - kill: ann\n    soon: 1s\n`)).toBe(
    'FILE:5:5: soon: no such field; remove it or check its spelling',
  )
  expect(await refusal(`name: x\n${market}\nsteps: [{kill: ann, pause: ann}]\n`)).toContain('got kill and pause')
  expect(await refusal(`name: x\n${market}\nsteps: [{attack: {name: rudeness}}]\n`)).toContain(
    'FILE:3:19: steps[0].attack.name: must be one of forged-offers,',
  )
})

/** What is wrong with a single step, with its place in the step's line. */
async function wrong(step: string, before = ''): Promise<string> {
  const people = 'people: [{name: ann, sells: {gb: 1, floor: 1}}, {name: ben, sells: {gb: 1, floor: 1}}]'
  const text = `name: x\nmarket: {currency: $, ${people}}\nsteps:\n${before}  - ${step}\n`
  const line = 4 + before.split('\n').length - 1
  const message = await refusal(text)
  expect(message).toMatch(new RegExp(`^FILE:${line}:\\d+: `))
  return message.slice(`FILE:${line}:`.length)
}

describe('a step is refused, where it is wrong,', () => {
  it.each([
    ['{ kill: zoe }', '7: steps[0].kill: nobody is called zoe by then'],
    ['{ attack: { name: bid-flood, on: [ann, zoe] } }', 'nobody is called zoe by then'],
    ['{ partition: [[ann], [ben, zoe]] }', '32: steps[0].partition: nobody is called zoe by then'],
    ['{ latency: { time: 5ms, of: [zoe] } }', 'nobody is called zoe by then'],
    ['{ loss: { share: 1%, between: [ann, [ben, zoe]] } }', 'nobody is called zoe by then'],
    ['{ expect: { among: zoe, offers: 1 } }', 'nobody is called zoe by then'],
    ['{ join: { name: Ann, sells: { gb: 1, floor: 1 } } }', '15: steps[0].join.name: ann is there already'],
  ])('for whom it names: %s', async (step, problem) => {
    expect(await wrong(step)).toContain(problem)
  })

  it.each([
    ['{ restart: ann }', 'ann is running by then'],
    ['{ resume: ann }', 'ann is running by then'],
    ['{ heal: true }', 'nothing is cut by then'],
    ['{ expect: { stats: dup<3, since: healed } }', 'no step before is called healed'],
  ])('for what was not done before it: %s', async (step, problem) => {
    expect(await wrong(step)).toContain(problem)
  })

  it.each([
    ['{ kill: ann }', '{ kill: ann }', 'ann is dead by then'],
    ['{ kill: ann }', '{ pause: ann }', 'ann is dead by then'],
    ['{ name: a, kill: ann }', '{ name: a, restart: ann }', 'a step before is called a too'],
    ['{ name: a, kill: ann }', '{ expect: { stats: dup<3, since: b } }', 'no step before is called b'],
  ])('for what was done before it: %s %s', async (before, step, problem) => {
    expect(await wrong(step, `  - ${before}\n`)).toContain(problem)
  })

  it.each([
    ['{ partition: [[ann, ben]] }', 'everybody is in one group'],
    ['{ partition: [[ann], [ann, ben]] }', 'ann is in two groups'],
    ['{ partition: ann }', 'steps[0].partition: must be an array, got "ann"'],
    ['{ partition: [] }', 'must name a group at least'],
    ['{ heal: false }', 'steps[0].heal: must be true, or be left out, got false'],
    ['{ latency: { time: 80 } }', 'must be a time up to 10s, such as 80ms, got 80'],
    ['{ latency: { time: 11s } }', 'must be a time up to 10s'],
    ['{ latency: { time: 80ms, jitter: 90ms } }', 'steps[0].latency.jitter: must be at most the time'],
    ['{ latency: { time: 80ms, of: ann, between: [ann, ben] } }', 'latency.between: cannot be combined with of'],
    ['{ latency: { time: 80ms, between: [ann, ben, ann] } }', 'must be two sides, such as [maya, [ada, wing]]'],
    ['{ latency: { time: 80ms, of: [] } }', 'must be a name, or a list of names such as [maya, ada], got []'],
    ['{ loss: { share: 5 } }', 'must be a share from 0% to 100% in steps of 0.1%, such as 5%, got 5'],
    ['{ loss: { share: 95% } }', 'must be at most 90%; partition cuts links altogether'],
    ['{ expect: {} }', 'must expect something, such as { rest: true }'],
    ['{ expect: { among: ann, rest: true } }', 'expect.among: goes with offers, sameOffers, receipts, memoryMb alone'],
    ['{ expect: { rest: true, since: x } }', 'expect.since: is from when stats are taken; add stats'],
    ['{ expect: { stats: 5 } }', 'must be comparisons such as delay.p95<250ms,delivery=100%, got 5'],
    ['{ kill: ann, within: 5s }', 'within: belongs to expect; nothing else waits'],
  ])('for what it says: %s', async (step, problem) => {
    expect(await wrong(step)).toContain(problem)
  })

  it('for a comparison that cannot be read, with a mark under where', async () => {
    expect(await wrong("{ expect: { stats: 'dup<3,delay.p95<5' } }")).toMatch(
      /^17: steps\[0\]\.expect\.stats: cannot be read; .*\ndup<3,delay\.p95<5\n {16}\^ expected a time with its unit/,
    )
  })
})

it('steps that follow each other are taken, and said in words', async () => {
  const steps = [
    ['{ partition: [ann, [ben]] }', 'partition ann | ben'],
    ['{ partition: [ann] }', 'partition ann'],
    ['{ name: healed, heal: true }', 'heal'],
    ['{ latency: { time: 1.5s } }', 'latency 1500 ms'],
    ['{ latency: { time: 80ms, jitter: 20ms, of: ann } }', 'latency 80 ms ± 20 ms of ann'],
    ['{ loss: { share: 2.5%, between: [ann, [ben]] } }', 'loss 2.5 % between ann and ben'],
    ['{ pause: ann }', 'pause ann'],
    ['{ kill: ann }', 'kill ann'],
    ['{ restart: ann }', 'restart ann'],
    ['{ join: { name: zoe, sells: { gb: 1, floor: 1 } } }', 'join zoe'],
    ['{ attack: { name: bid-flood, on: [zoe] } }', 'attack bid-flood'],
    [
      "{ expect: { rest: true, offers: 0, stats: 'delay.p95<1s, dup<3', since: healed } }",
      'expect rest, offers 0, delay.p95<1s, dup<3 since healed',
    ],
    ['{ expect: { among: [ann, ben], receipts: 1 } }', 'expect receipts 1 among ann, ben'],
  ]
  const file = join(folder, 'right.yaml')
  const people = 'people: [{name: ann, sells: {gb: 1, floor: 1}}, {name: ben, sells: {gb: 1, floor: 1}}]'
  const text = steps.map(([step]) => `  - ${step}\n`).join('')
  await writeFile(file, `name: x\nmarket: {currency: $, ${people}}\nsteps:\n${text}`)
  const scenario = await readScenario(file)
  expect(scenario.steps.map(sentenceOf)).toEqual(steps.map(([, words]) => words))
})
