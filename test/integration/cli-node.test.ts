/** The commands that ask and tell a running node, as people run them, against two nodes that trade. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { offersSchema, peersSchema, statusSchema, toldSchema } from '../../node/api/schemas.js'
import { type Ended, endAll, type Started, start } from './command.js'

let root = ''
let ann = ''
let bob = ''
let annNode: Started
let bobNode: Started

const run = (...args: string[]): Promise<Ended> => start(args).ended
const json = async <T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> => {
  const { code, out, err } = await run(...args, '--json')
  expect(`${code} ${err}`).toBe('0 ')
  return schema.parse(JSON.parse(out))
}

/** Starts a node of its own process and resolves when its API answers. */
async function startNode(name: string, ...args: string[]): Promise<{ node: Started; folder: string }> {
  const folder = join(root, name)
  const node = start(['node', '--name', name, '--local', '--market', 'cli', '--folder', folder, ...args])
  let out = ''
  await new Promise<void>((resolve, reject) => {
    node.child.stdout!.on('data', (text: string) => {
      out += text
      if (out.includes('Ctrl-C stops it.')) resolve()
    })
    void node.ended.then(({ err }) => reject(new Error(`${name} ended: ${err}`)))
  })
  return { node, folder }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'overage-cli-node-'))
  const first = await startNode('ann')
  ;[ann, annNode] = [first.folder, first.node]
  const { addresses } = await json(statusSchema, 'status', '--node', ann)
  const second = await startNode('bob', '--bootstrap', addresses[0]!)
  ;[bob, bobNode] = [second.folder, second.node]
})
afterAll(async () => {
  endAll()
  await rm(root, { recursive: true })
})

/** Asks until the answer is as it will be. */
async function eventually(ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 50_000
  while (!(await ask())) if (performance.now() > end) throw new Error(`never held: ${ask}`)
}

describe('a node told on the command line', () => {
  it('sells and another buys; both show it, and their receipts hold until somebody changes them', async () => {
    const selling = await run('sell', '5GB', '--floor', '8', '--for', '2h', '--node', ann)
    expect(selling.out).toMatch(/^sells {4}5 GB at 8\.00 per GB or more, 0 bids/)
    const buying = await run('buy', '3GB', '--sigma', '60', '--budget', '200', '--node', bob)
    expect(buying.out).toMatch(/^wants {4}up to 3 GB more/m)
    await eventually(async () => (await json(statusSchema, 'status', '--node', bob)).buying!.owned > 0)
    // Gossip finds its mesh in its own time; a sale needs none.
    for (const node of [ann, bob])
      await eventually(async () => (await json(peersSchema, 'peers', '--node', node)).peers[0]?.inMesh === true)

    const [status, peers, offers, sales, exported] = await Promise.all([
      run('status', '--node', ann),
      run('peers', '--node', ann),
      run('offers', '--node', bob),
      run('sales', '--node', ann),
      run('receipts', 'export', '--node', bob),
    ])
    expect(status.out).toMatch(
      /^ann {2}12D3Koo\S+ {2}market cli\nruns .*\nnetwork .*\nsells .*\nsold {5}[1-3](\.\d+)? GB for /,
    )
    expect(peers.out).toMatch(/inbound +– +yes/)
    expect(offers.out).toMatch(/\/1 +open +\d/)
    expect(sales.out).toMatch(/1 receipt\n(.*\n) sold {2}to 12D3…/)

    const file = join(root, 'receipts.json')
    await writeFile(file, exported.out)
    expect(await run('receipts', 'verify', file)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 receipt holds'),
    })
    await writeFile(file, exported.out.replace(/"charge": \d/, '"charge": 9'))
    const bad = await run('receipts', 'verify', file)
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('do not settle from what is bad') })
    expect(bad.out).toMatch(/the file says charge 9\d+, its proof says \d+/)

    const { out } = await run('receipts', 'export', '--csv', '--node', ann)
    expect(out).toMatch(/^side,offer,seller,buyer,round,award,quantity_mb,charge_micros,fee_micros,receipt\r\nsold,/)
  })

  it('answers programs with the JSON of its API', async () => {
    const [{ peers }, offers] = await Promise.all([
      json(peersSchema, 'peers', '--node', bob),
      json(offersSchema.shape.offers, 'offers', '--all', '--node', bob),
    ])
    expect(peers).toMatchObject([{ direction: 'outbound', inMesh: true }])
    expect(offers[0]).toMatchObject({ mine: false })
  })

  it('takes back what it is told to', async () => {
    const told = await json(toldSchema, 'withdraw', '--only', 'offers', '--node', ann)
    expect(told.selling).toMatchObject({ open: false, closeReason: 'withdrawn', unsold: 0 })
    const { out } = await run('withdraw', '--node', bob)
    expect(out).toMatch(/^wants {4}nothing more/m)
  })

  it('refuses what it cannot read, and says what it should be', async () => {
    const refused: readonly (readonly [string[], RegExp])[] = [
      [['sell', '5', '--floor', '8'], /quantity with its unit.*such as 5GB or 500MB, got "5"/],
      [['sell', '5GB', '--floor', 'cheap'], /--floor: must be currency per GB/],
      [['sell', '5GB', '--floor', '8', '--for', '3'], /--for: must be a time from 1s/],
      [['buy', '5GB', '--sigma', '40', '--alpha', '1'], /alpha: must be 0, or from/],
      [['receipts', 'export', '--csv', '--json'], /exclude each other/],
    ]
    const ended = await Promise.all(refused.map(([args]) => run(...args, '--node', ann)))
    for (const [index, { code, err, out }] of ended.entries()) {
      expect(err).toMatch(refused[index]![1])
      expect({ code, out }).toEqual({ code: 2, out: '' })
    }
  })

  it('that is gone is not found, and its file says so before its process does', async () => {
    const { pid, url } = JSON.parse(await readFile(join(bob, 'api.json'), 'utf8')) as { pid: number; url: string }
    expect(pid).toBe(bobNode.child.pid)
    bobNode.child.kill('SIGTERM')
    await bobNode.ended
    await expect(fetch(url)).rejects.toThrow()
    const { code, err } = await run('status', '--node', bob)
    expect(err).toMatch(/no node with an API runs in .*\nstart it \(overage node --folder/)
    expect(code).toBe(2)
  })

  it('that was killed leaves a file which nobody believes', async () => {
    annNode.child.kill('SIGKILL')
    await annNode.ended
    expect(await run('status', '--node', ann)).toMatchObject({
      code: 2,
      err: expect.stringContaining('no node with an API'),
    })
  })
})
