/**
 * Run by `screen.ts` in a process of its own: the full-screen view of the node in the folder named, on a terminal that only takes what is
 * written. Asked, it says what it took so far.
 */

import { runView } from '../../node/inspect/view.js'
import { type ScreenSample, terminalSize } from './screen.js'

Object.assign(process.stdout, terminalSize)
Object.assign(process.stdin, { setRawMode: () => process.stdin })

process.on('message', () => {
  globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { heapUsed, rss } = process.memoryUsage()
  const sample: ScreenSample = {
    cpuMs: (user + system) / 1_000,
    atMs: performance.now(),
    heapBytes: heapUsed,
    residentBytes: rss,
  }
  process.send?.(sample)
})
process.on('disconnect', () => process.exit())
await runView('', { node: process.argv[2]! })
