import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { UsageError } from '../../node/errors.js'
import { replayFile, traceFilesOf } from '../../node/replay-files.js'
import { TraceFile, TraceFolder, TraceWriteError } from '../../node/trace-file.js'
import { LiveTrace } from '../../node/trace-live.js'
import { lanRules } from '../../src/agent/rules.js'
import { readLine, type TraceLine } from '../../src/runtime/trace-line.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from '../scenario/market.js'

const folder = mkdtempSync(join(tmpdir(), 'overage-trace-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The lines of one small market, by node. */
const lines = new Map<string, TraceLine[]>()
const network = { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12) }
const market = { seed: 'files', buyers: 2, sellers: 1, rules: lanRules, network }
const take = (name: string, line: TraceLine) => lines.set(name, [...(lines.get(name) ?? []), line])
new Trial({ ...market, onTrace: take }).run()
const whole = lines.get('seller-1')!

let files = 0
const newFile = (): string => join(folder, `${++files}`, 'trace.jsonl')

function written(file: string, some: readonly TraceLine[]): void {
  const trace = new TraceFile(file)
  for (const line of some) trace.append(line)
  trace.flush()
}

const readable = (file: string): number =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => readLine(line).ok).length

describe('a trace on disk', () => {
  it('has every line that was appended, is nobody else’s to read, and replays', async () => {
    const file = newFile()
    written(file, whole)
    expect(readable(file)).toBe(whole.length)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(await replayFile(file)).toMatchObject({
      name: 'seller-1',
      finding: undefined,
      counts: { runs: 1, steps: whole.length - 1 },
      unfinished: false,
    })
  })

  it('goes on where it stopped, without the line that its node was killed in', async () => {
    const file = newFile()
    written(file, whole)
    appendFileSync(file, '{"type":"step","now":17')
    expect(await replayFile(file)).toMatchObject({ finding: undefined, unfinished: true })
    written(file, whole)
    expect(await replayFile(file)).toMatchObject({ finding: undefined, counts: { runs: 2 }, unfinished: false })
  })

  it('is not begun in a file that holds anything else', () => {
    const file = join(folder, 'precious.json')
    writeFileSync(file, '{"precious":true}')
    expect(() => new TraceFile(file)).toThrow(UsageError)
    expect(readFileSync(file, 'utf8')).toBe('{"precious":true}')
  })

  it('says so when the disk does not take it', () => {
    const file = newFile()
    const trace = new TraceFile(file)
    trace.append(whole[0]!)
    rmSync(file)
    mkdirSync(file)
    expect(() => trace.flush()).toThrow(TraceWriteError)
  })

  it('keeps no more than a batch in memory', () => {
    const trace = new TraceFile(newFile())
    for (let round = 0; round < 20; round++) {
      for (const line of whole) {
        trace.append(line)
        expect(trace.buffered).toBeLessThan(65_536)
      }
    }
  })
})

describe('the trace of a node that runs', () => {
  it('is written when it is closed, and not watched over after that', () => {
    const file = newFile()
    const watchers = process.listenerCount('exit')
    const trace = new LiveTrace(file, { onFailure: () => {} })
    expect(process.listenerCount('exit')).toBe(watchers + 1)
    for (const line of whole) trace.write(line)
    trace.close()
    expect(readable(file)).toBe(whole.length)
    expect(process.listenerCount('exit')).toBe(watchers)
  })

  it('ends at the first failure, which is told once, and throws nothing into the node', async () => {
    const file = newFile()
    const failures: Error[] = []
    const trace = new LiveTrace(file, { onFailure: (error) => failures.push(error) })
    rmSync(file)
    mkdirSync(file)
    for (let round = 0; round < 20; round++) for (const line of whole) trace.write(line)
    trace.close()
    expect(failures).toEqual([])
    await Promise.resolve()
    expect(failures).toEqual([expect.any(TraceWriteError)])
  })
})

describe('a folder of traces', () => {
  it('has one for each node of a simulation, and forgets those of an earlier one', async () => {
    const home = join(folder, 'simulated')
    for (const seed of ['first', 'second']) {
      const traces = new TraceFolder(home)
      new Trial({ ...market, seed, onTrace: traces.write }).run()
      traces.flush()
    }
    const found = await traceFilesOf([home])
    expect(found).toEqual(['buyer-1', 'buyer-2', 'seller-1'].map((name) => join(home, `${name}.jsonl`)))
    for (const file of found) expect(await replayFile(file)).toMatchObject({ finding: undefined, counts: { runs: 1 } })
  })

  it('touches no folder that holds anything else', () => {
    const home = join(folder, 'documents')
    mkdirSync(home)
    written(join(home, 'old.jsonl'), whole)
    writeFileSync(join(home, 'log.jsonl'), '{"level":30}\n')
    expect(() => new TraceFolder(home)).toThrow('holds log.jsonl, which is no trace')
    expect(existsSync(join(home, 'old.jsonl'))).toBe(true)
  })
})

describe('a replay from disk', () => {
  it('reads lines longer than its chunks', async () => {
    const file = newFile()
    const [run, ...steps] = whole as [Extract<TraceLine, { type: 'run' }>, ...TraceLine[]]
    const padding = { key: 'unrelated', value: 'x'.repeat(1_000_000) }
    written(file, [{ ...run, restored: [padding] }, ...steps])
    expect(await replayFile(file)).toMatchObject({ finding: undefined, counts: { steps: steps.length } })
  })

  it('names the line that is none, and what is no file at all', async () => {
    const file = newFile()
    written(file, whole)
    appendFileSync(file, 'gibberish\n')
    const line = whole.length + 1
    const finding = { type: 'unreadable', line, reason: 'the line is not JSON' }
    expect(await replayFile(file)).toMatchObject({ finding })
    await expect(traceFilesOf([join(folder, 'nowhere')])).rejects.toThrow('no such file or folder')
  })
})
