import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readScenario } from '../../../node/scenario/read.js'

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

it('a node that is not there by then is refused', async () => {
  const text = `name: x\n${market}\nsteps: [{kill: ben}, {join: {name: ben, sells: {gb: 1, floor: 1}}}]\n`
  expect(await refusal(text)).toBe('FILE:3:9: steps[0]: nobody is called ben by then')
})
