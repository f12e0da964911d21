import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { statisticsIn } from '../../../node/scenario/gossip.js'
import type { InspectLine } from '../../../src/inspect/event.js'
import { textOfInspectLine } from '../../../src/inspect/line.js'
import { ann, ben, noonUs, offer, topic } from '../inspect/samples.js'

const cy = 'cy'
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-gossip-'))
})
afterAll(() => rm(folder, { recursive: true }))

let n = 0
const at = (ms: number, node: string) => ({ n: ++n, at: noonUs + ms * 1_000, node })
const head = (node: string): readonly InspectLine[] => [
  { type: 'capture', version: 1, market: 'demo', name: node, node, at: noonUs },
  { type: 'mesh', ...at(0, node), change: 'graft', peer: 'x', topic },
]
const end = (node: string): InspectLine => ({ type: 'peer', ...at(9_000, node), change: 'disconnected', peer: 'x' })
const published = (ms: number, id: string): InspectLine => ({
  type: 'publish',
  ...at(ms, ann),
  topic,
  id,
  bytes: 640,
  offer,
})
const delivered = (ms: number, node: string, id: string): InspectLine => ({
  type: 'verdict',
  ...at(ms, node),
  verdict: 'delivered',
  peer: ann,
  topic,
  id,
})

it('what came after a moment is counted alone, and is due at those who listened since before', async () => {
  const [early, late] = ['e'.repeat(64), '1'.repeat(64)]
  const lines = {
    ann: [...head(ann), published(100, early), published(5_000, late), end(ann)],
    ben: [...head(ben), delivered(1_100, ben, early), delivered(5_020, ben, late), end(ben)],
    // Listens, and never hears of the later.
    cy: [...head(cy), delivered(130, cy, early), end(cy)],
  }
  for (const [name, seen] of Object.entries(lines))
    await writeFile(join(folder, `${name}.0001.jsonl`), seen.map((line) => `${textOfInspectLine(line)}\n`).join(''))

  const all = await statisticsIn(folder, 0)
  expect(all.deliveries).toMatchObject({ expected: 4, made: 3 })
  expect(all.delayUs).toMatchObject({ count: 3, max: 1_000_000 })
  const since = await statisticsIn(folder, noonUs + 4_000_000)
  expect(since).toMatchObject({ nodes: 3, published: 1 })
  expect(since.deliveries).toMatchObject({ expected: 2, made: 1 })
  expect(since.delayUs).toMatchObject({ count: 1, max: 20_000 })
})

it('where nothing was captured yet there is nothing to measure', async () => {
  await expect(statisticsIn(join(folder, 'nowhere'), 0)).rejects.toThrow('no such file')
})
