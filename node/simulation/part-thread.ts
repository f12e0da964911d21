/** One thread of a market that several carry: runs its part, and at each border hears how the others stand. */
import '../polyfill.js'
import { parentPort, workerData } from 'node:worker_threads'
import type { Outcome } from '../../src/sim/outcome.js'
import { Part, type Word } from '../../src/sim/part.js'
import { peopleOf } from '../../src/sim/people.js'
import { reportOn } from '../../src/sim/report.js'
import { progressOf } from '../../src/sim/simulation.js'
import { Exchange } from './exchange.js'
import type { FromThread, PartOrder } from './messages.js'
import { progressMs } from './progress.js'

if (parentPort === null) throw new Error('runs as a thread only')
const port = parentPort
const tell = (message: FromThread): void => port.postMessage(message)

interface Writing {
  readonly write: (word: Word) => unknown
  readonly read: (said: unknown) => Word
}

/** Where nothing in a word is bytes, a text is copied in two thirds of the time that its objects would take. */
const asText: Writing = { write: (word) => JSON.stringify(word), read: (said) => JSON.parse(said as string) as Word }
const asItIs: Writing = { write: (word) => word, read: (said) => said as Word }

function runPart({ options, end }: PartOrder): void {
  const started = performance.now()
  const { self, ports } = end
  const threads = ports.length
  const exchange = new Exchange<unknown>(end)
  const { write, read } = options.fast ? asText : asItIs
  const people = peopleOf(options)
  const part = new Part(options, { people, division: { part: self, parts: threads } })
  const progress = progressOf(people)
  let told = started
  while (part.course.state === 'running') {
    part.run()
    const words = exchange.exchange(part.wordsTo(threads).map(write)).map(read)
    part.hear(words)
    if (self !== 0 || performance.now() - told < progressMs) continue
    const tallies = words.map(({ tally }) => tally)
    tell({ type: 'progress', progress: progress(part.course.elapsedMs, tallies) })
    told = performance.now()
  }
  const outcome = part.outcome()
  if (self !== 0) {
    exchange.tell(0, outcome)
    return
  }
  const others = Array.from({ length: threads - 1 }, (_, other) => exchange.hear<Outcome>(other + 1))
  const { state, elapsedMs } = part.course
  const report = reportOn({ options, people, ended: state === 'ended', elapsedMs, outcomes: [outcome, ...others] })
  tell({ type: 'finished', report, realMs: Math.round(performance.now() - started) })
}

try {
  runPart(workerData as PartOrder)
} catch (error) {
  tell({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
