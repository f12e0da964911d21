/** Real processes on real sockets, recorded, and each replayed alone: `overage swarm --trace`, `overage node --trace`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, endAll, start } from './command.js'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-replay-'))
})
afterEach(endAll)
afterAll(() => rm(folder, { recursive: true }))

/** Runs the command to its end, sending `signal` as soon as it prints `cue`. */
function overage(
  args: readonly string[],
  end?: { readonly cue: string; readonly signal: NodeJS.Signals },
): Promise<Ended> {
  const { child, ended } = start(args)
  let said = ''
  let told = false
  child.stdout?.on('data', (text: string) => {
    said += text
    if (told || end === undefined || !said.includes(end.cue)) return
    told = true
    child.kill(end.signal)
  })
  return ended
}

const market = {
  currency: '$',
  // An auction waits for its first bid for longer than a crowded machine takes to bring it.
  rules: { roundMs: 50, reactMsMax: 50, idleMsMax: 4_000, gossipMsMin: 50 },
  people: [
    { name: 'ann', sells: { gb: 10, floor: 1 } },
    { name: 'bo', wants: { gb: 8, sigma: 30, alpha: 0.5 } },
    { name: 'cy', wants: { gb: 8, sigma: 40, alpha: 0.5, budget: 100 } },
  ],
}

interface Report {
  readonly identical: boolean
  readonly runs: number
  readonly files: readonly { readonly name: string; readonly result: string; readonly unfinished: boolean }[]
}

describe('overage replay', () => {
  it.each(['process', 'none'])('finds every node of a swarm identical, isolated by %s', async (isolation) => {
    const [file, traces] = [join(folder, `${isolation}.json`), join(folder, isolation, 'traces')]
    await writeFile(file, JSON.stringify(market))
    const args = ['--folder', join(folder, isolation), '--trace', traces, '--isolate', isolation]
    const swarm = await overage(['swarm', '--market', file, ...args, '--quiet'])
    expect(swarm).toEqual({ code: 0, out: '', err: '' })
    const { code, out } = await overage(['replay', traces, '--json'])
    const report = JSON.parse(out) as Report
    expect(report).toMatchObject({ identical: true, runs: 3 })
    expect(report.files.map(({ name, unfinished }) => [name, unfinished])).toEqual([
      ['ann', false],
      ['bo', false],
      ['cy', false],
    ])
    expect(code).toBe(0)
    const sold = await readFile(join(traces, 'ann.jsonl'), 'utf8')
    expect(sold).toContain('"type":"sold"')
    // The last thing it did was to stop.
    expect(sold).toContain('"type":"withdraw-offer"')

    if (isolation === 'process') return
    const changed = sold.replace(/("type":"sold".*?"quantity":)(\d)/, '$19$2')
    await writeFile(join(folder, 'changed.jsonl'), changed)
    const line = changed.split('\n').findIndex((text) => text.includes('"type":"sold"')) + 1
    const refuted = await overage(['replay', traces, join(folder, 'changed.jsonl')])
    expect(refuted.code).toBe(1)
    expect(refuted.out).toContain(`changed.jsonl:${line}  ann, run 1`)
    expect(refuted.out).toMatch(/differs in fact\.receipt\.quantity/)
    expect(refuted.out).toMatch(/≠ +fact\.receipt\.quantity +9\d+ +\d+/)
  })

  it('finds both runs of a node identical that was stopped and started again', async () => {
    const config = join(folder, 'node.json')
    const trace = join(folder, 'node.jsonl')
    const node = { name: 'di', local: true, folder: join(folder, 'di'), sells: { gb: 1, floor: 1 }, trace }
    await writeFile(config, JSON.stringify(node))
    const runs = [
      await overage(['node', '--config', config], { cue: 'offer opened', signal: 'SIGTERM' }),
      await overage(['node', '--config', config], { cue: 'offer opened', signal: 'SIGINT' }),
    ]
    expect(runs.map(({ code }) => code)).toEqual([0, 130])
    const { code, out } = await overage(['replay', trace])
    expect(out).toMatch(/di +2 .*identical/)
    expect(code).toBe(0)
    // Neither signal cost the end of a run.
    expect((await readFile(trace, 'utf8')).match(/"closeReason":"withdrawn"/g)?.length).toBeGreaterThanOrEqual(2)
  })

  it('refuses what is no trace, naming the line, and writes over no other file', async () => {
    const file = join(folder, 'notes.txt')
    await writeFile(file, 'notes\n')
    const replayed = await overage(['replay', file])
    expect(replayed.code).toBe(2)
    expect(replayed.out).toContain(`${file}:1  the line is not JSON`)
    const started = await overage(['node', '--name', 'eve', '--folder', join(folder, 'eve'), '--trace', file])
    expect(started.code).toBe(2)
    expect(started.err).toContain('holds something else than a trace')
    expect(await readFile(file, 'utf8')).toBe('notes\n')
  })
})
