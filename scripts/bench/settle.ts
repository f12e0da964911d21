import { pause } from './hosts.js'

/** Prints the resident set of this process in bytes, once what was needed to start it has been collected. */
export async function printResidentSet(): Promise<void> {
  await pause(1_000)
  globalThis.gc?.()
  await pause(500)
  console.log(process.memoryUsage.rss())
}
