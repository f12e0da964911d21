/** The command as people run it, from the build (`npm test` makes it): its output, its exit codes, its processes. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isProcessRunning } from '../../node/processes.js'
import { ChildNode } from '../../node/swarm/child.js'
import { type Ended, endAll, entry, start } from './command.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-cli-'))
})
afterEach(endAll)
afterAll(() => rm(folder, { recursive: true }))

const overage = (args: readonly string[], input?: string): Promise<Ended> => start(args, input).ended

const book = '{"stock":100,"reserve":0,"bids":[{"buyer":"a","quantity":20,"price":4}]}'

describe('overage clear', () => {
  it('answers programs in JSON, whether asked by file, by - or by pipe', async () => {
    const file = join(folder, 'book.json')
    await writeFile(file, book)
    const answers = await Promise.all([
      overage(['clear', '--json', file]),
      overage(['clear', '--json', '-'], book),
      overage(['clear', '--json'], book),
    ])
    for (const { code, out, err } of answers) {
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(JSON.parse(out)).toEqual({ awards: [{ buyer: 'a', quantity: 20, charge: 0 }], unsold: 80 })
    }
  })

  it('answers people with the book, the ladder and the totals', async () => {
    const bids = [
      { buyer: 'low', quantity: 50, price: 2_000 },
      { buyer: 'high', quantity: 80, price: 5_000 },
      { buyer: 'none', quantity: 80, price: 100 },
    ]
    const { code, out } = await overage(['clear'], JSON.stringify({ stock: 100, reserve: 1_000, bids }))
    expect(code).toBe(0)
    // high: 20 MB at the reserve's 1000 ticks would be left, 50 of 60 displace low. Highest price first.
    expect(out).toMatch(/high +5\.00 +5,000 +0\.08 GB +0\.08 GB +0\.11/)
    expect(out).toMatch(/low .* in part/)
    expect(out).toMatch(/none .* below the reserve/)
    expect(out.indexOf('high')).toBeLessThan(out.indexOf('low'))
    expect(out).toContain('█')
    expect(out).toContain('0 GB left')
  })

  it('refuses bad input by its path, prints no result, and exits with 2', async () => {
    const { code, out, err } = await overage(
      ['clear', '--json'],
      '{"stock":1,"bids":[{"buyer":"a","quantity":-3,"price":1}]}',
    )
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('bids[0].quantity: must be a whole number of MB from 1 to 10000000, got -3')
    expect(err).not.toContain('    at ')
  })
})

describe('overage reply', () => {
  it('computes the best reply of one buyer to one seller', async () => {
    const situation = {
      valuation: { kind: 'linear', unitValue: 10, demand: 30 },
      epsilon: 0.5,
      offers: [{ offer: 's1', ladder: [{ price: 1_000, quantity: 20_000 }] }],
    }
    const { code, out } = await overage(['reply', '--json'], JSON.stringify(situation))
    expect(code).toBe(0)
    // v is worth 0.5 less than 20 GB at 10 a GB: 50 MB less.
    expect(JSON.parse(out)).toEqual({
      supremum: 20_000,
      quantity: 19_950,
      price: 10_000,
      charge: 19_950_000,
      bids: [{ offer: 's1', quantity: 19_950, price: 10_000 }],
    })
  })

  it('explains itself to people', async () => {
    const { code, out } = await overage(['reply', 'scripts/markets/reply.json'])
    expect(code).toBe(0)
    for (const word of ['ideal reply z', 'asks for v', 'bids w', 's1']) expect(out).toContain(word)
  })
})

describe('the command line', () => {
  it('suggests the command that was meant, and exits with 2', async () => {
    const { code, err } = await overage(['claer'])
    expect(code).toBe(2)
    expect(err).toContain('Did you mean clear?')
  })

  it('documents every command and the exit codes', async () => {
    const [main, ...each] = await Promise.all(
      [[], ['clear'], ['reply'], ['node'], ['swarm'], ['replay']].map((command) => overage([...command, '--help'])),
    )
    expect(main?.out).toContain('130  interrupted')
    for (const { code, out } of each) {
      expect(code).toBe(0)
      expect(out).toContain('Example')
    }
  })

  it('names the node that does not start, and exits with 3', async () => {
    const address = '/ip4/203.0.113.7/tcp/1'
    const { code, err } = await overage(['node', '--name', 'ann', '--listen', address, '--folder', join(folder, 'ann')])
    expect(code).toBe(3)
    expect(err).toContain(`ann did not start: cannot listen on ${address}: this machine does not have that address`)
  })

  it('withdraws the offer of a node that is told to stop, and exits with 0', async () => {
    const config = JSON.stringify({ name: 'bo', local: true, folder: join(folder, 'bo'), sells: { gb: 1, floor: 1 } })
    const { child, ended } = start(['node', '--config', '-'], config)
    let said = ''
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (text: string) => {
        said += text
        if (said.includes('offer opened')) resolve()
      })
    })
    // Once: a second signal ends it at once.
    child.kill('SIGTERM')
    const { code, out } = await ended
    expect(code).toBe(0)
    expect(out).toContain('offer closed: withdrawn')
  })
})

/** An auction waits for its first bid for longer than a crowded machine takes to bring it. */
const rules = { roundMs: 50, reactMsMax: 50, idleMsMax: 4_000, gossipMsMin: 50 }
const people = [
  { name: 'ann', sells: { gb: 10, floor: 1 } },
  { name: 'bo', wants: { gb: 8, sigma: 30, alpha: 0.5 } },
  { name: 'cy', wants: { gb: 8, sigma: 40, alpha: 0.5, budget: 100 } },
]

async function swarmArguments(
  name: string,
  change: Partial<typeof rules> = {},
): Promise<{ readonly args: string[]; readonly home: string }> {
  const home = join(folder, name)
  const market = join(folder, `${name}.json`)
  await writeFile(market, JSON.stringify({ currency: '$', rules: { ...rules, ...change }, people }))
  return { args: ['swarm', '--market', market, '--folder', home], home }
}

/** The processes of a swarm's nodes, as soon as all are up. */
async function pidsOf(home: string): Promise<readonly number[]> {
  for (;;) {
    try {
      const { nodes } = JSON.parse(await readFile(join(home, 'swarm.json'), 'utf8')) as { nodes: { pid: number }[] }
      if (nodes.length > 0) return nodes.map(({ pid }) => pid)
    } catch {
      // Not yet written, or only in part.
    }
    await delay(50)
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isProcessRunning)) await delay(50)
}

describe('overage swarm', () => {
  it('holds a market of processes, reports in JSON, and leaves no process behind', async () => {
    const { args, home } = await swarmArguments('whole')
    const { ended } = start([...args, '--json', '-'])
    const pids = await pidsOf(home)
    const { code, out, err } = await ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(pids.filter(isProcessRunning)).toEqual([])
    const report = JSON.parse(out) as Record<string, unknown> & { sales: { quantity: number }[]; nodes: unknown[] }
    expect(report).toMatchObject({ isolate: 'process', rest: 'at rest', violations: [] })
    expect(report.nodes).toHaveLength(3)
    expect(report.sales.length).toBeGreaterThan(0)
    for (const key of ['welfareShare', 'bidsPerBuyer', 'sellersPerBuyer', 'soldShare', 'elapsedMs'])
      expect(report[key]).toEqual(expect.any(Number))
  })

  it('holds a market in one process as well, and fixes the identities by the seed', async () => {
    const runs = await Promise.all(['first', 'second'].map((name) => swarmArguments(name)))
    const reports = await Promise.all(
      runs.map(({ args }) => overage([...args, '--seed', 'fixed', '--isolate', 'none', '--json', '-'])),
    )
    const [first, second] = reports.map(({ code, out }) => {
      expect(code).toBe(0)
      return (JSON.parse(out) as { nodes: { name: string; peerId: string }[] }).nodes.map(({ peerId }) => peerId)
    })
    expect(new Set(first).size).toBe(3)
    expect(first).toEqual(second)
  })

  it('stops every process on Ctrl-C and exits with 130', async () => {
    const { args, home } = await swarmArguments('interrupted')
    const { child, ended } = start([...args, '--keep'])
    const pids = await pidsOf(home)
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(pids.filter(isProcessRunning)).toEqual([])
  })

  it('has nodes that end when their supervisor is killed', async () => {
    const { args, home } = await swarmArguments('orphaned')
    const { child } = start([...args, '--keep'])
    const pids = await pidsOf(home)
    expect(pids.every(isProcessRunning)).toBe(true)
    child.kill('SIGKILL')
    await allGone(pids)
  })

  it('names a node that dies, and exits with 1', async () => {
    const { args, home } = await swarmArguments('bereaved', { idleMsMax: 600_000 })
    const { ended } = start([...args, '--quiet'])
    const [ann] = await pidsOf(home)
    process.kill(ann!, 'SIGKILL')
    const { code, err } = await ended
    expect(code).toBe(1)
    expect(err).toContain('ann died: ann was ended by SIGKILL')
  })

  it('names a node that does not start, with its last words', async () => {
    const options = { name: 'leo', config: join(folder, 'nowhere.json'), logFile: join(folder, 'leo.jsonl') }
    const child = new ChildNode({ ...options, patienceMs: 30_000, entry })
    await expect(child.loaded()).rejects.toMatchObject({
      exitCode: 3,
      message: `leo ended with exit code 2; its last words: ${options.config}: no such file`,
      advice: `its log is ${options.logFile}`,
    })
  })

  it('touches no folder that it did not make, and refuses wrong flags before it starts anything', async () => {
    await writeFile(join(folder, 'precious'), '')
    const { args } = await swarmArguments('refused')
    const refusals = await Promise.all([
      overage(['swarm', '--folder', folder]),
      overage([...args, '--nodes', '3']),
      overage(['swarm', '--nodes', '2.5']),
      overage(['swarm', '--time-limit', 'soon']),
      overage(['swarm', '--json', join(folder, 'nowhere', 'report.json')]),
      overage(['swarm', '--market', join(folder, 'nowhere.json')]),
    ])
    expect(refusals.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2])
    expect(refusals.map(({ err }) => err.split('\n')[0])).toEqual([
      `error: ${folder}: holds files that no swarm made; nothing was touched`,
      'error: --nodes: a market file says who takes part; leave one out',
      'error: command line: --nodes: must be a whole number from 2 to 1000, got 2.5',
      'error: command line: --time-limit: must be a number of seconds above 0 up to 86400, got "soon"',
      expect.stringContaining('error: --json: ENOENT'),
      expect.stringContaining('no such file'),
    ])
    expect(existsSync(join(folder, 'precious'))).toBe(true)
  })
})
