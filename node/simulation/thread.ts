/** The thread's side: runs one simulation after another as it is told, and says how far it is. */
import '../polyfill.js'
import { parentPort } from 'node:worker_threads'
import { Simulation } from '../../src/sim/simulation.js'
import { TraceFolder } from '../trace-file.js'
import type { FromThread, Order } from './messages.js'
import { progressMs } from './progress.js'

/** Steps of nodes between two looks at the clock. */
const strideSteps = 1_000

if (parentPort === null) throw new Error('runs as a thread only')
const port = parentPort
const tell = (message: FromThread): void => port.postMessage(message)

port.on('message', ({ options, trace }: Order) => {
  try {
    const started = performance.now()
    const traces = trace === undefined ? undefined : new TraceFolder(trace)
    const simulation = new Simulation(options, { ...(traces && { onTrace: traces.write }) })
    let told = started
    while (simulation.advance(strideSteps)) {
      if (performance.now() - told < progressMs) continue
      tell({ type: 'progress', progress: simulation.progress() })
      told = performance.now()
    }
    traces?.flush()
    const report = simulation.report()
    tell({ type: 'finished', report, realMs: Math.round(performance.now() - started) })
  } catch (error) {
    tell({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
