/**
 * `npm run soak:screen`: the full-screen view at 5 000 events a second for ten minutes, `-- --minutes 3` for fewer. Prints what it takes of
 * a core and of memory, minute by minute; exit code 1 when the heap at the end is more than a tenth larger than after the first minute.
 */
import '../../node/polyfill.js'
import { parseArgs } from 'node:util'
import { eventsPerSecond, watchScreen } from '../bench/screen.js'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!Number.isInteger(minutes) || minutes < 2) {
  console.error(`--minutes ${values.minutes}: takes a whole number from 2`)
  process.exit(2)
}

const mb = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`.padStart(10)
const watch = await watchScreen()
let before = await watch.sample()
let first: number | undefined
console.log(`${eventsPerSecond} events a second\nminute  of a core      heap  resident`)
for (let minute = 1; minute <= minutes; minute += 1) {
  await new Promise((resolve) => setTimeout(resolve, 60_000))
  const now = await watch.sample()
  const share = (100 * (now.cpuMs - before.cpuMs)) / (now.atMs - before.atMs)
  console.log(
    `${String(minute).padStart(6)}${`${share.toFixed(1)} %`.padStart(11)}${mb(now.heapBytes)}${mb(now.residentBytes)}`,
  )
  first ??= now.heapBytes
  before = now
}
await watch.stop()
const isFlat = before.heapBytes <= 1.1 * (first ?? 0)
console.log(isFlat ? 'the heap is flat' : 'the heap has grown by more than a tenth')
process.exit(isFlat ? 0 : 1)
