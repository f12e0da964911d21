/** A market of a hundred nodes in one process, to its end, against as many bare hosts that carry as many messages. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BenchRow, rowOf } from './row.js'
import type { SideReport, Size, Task } from './swarm-side.js'

export async function benchSwarm(size: Size = { buyers: 67, sellers: 33 }): Promise<readonly BenchRow[]> {
  const ours = await run({ side: 'ours', size })
  const bare = await run({ side: 'bare', size, traffic: ours.traffic })
  const { traffic, atRest, bidsPerBuyer } = ours
  const sent = `${traffic.gossip.messages} offers, ${traffic.direct.messages} direct messages`
  const end = atRest ? 'to its end' : 'not over in time'
  const row = (name: string, of: (report: SideReport) => number, unit: string, limit: number): BenchRow =>
    rowOf({ name, ours: of(ours), bare: of(bare), unit, limit })
  return [
    row(
      `a swarm of ${size.buyers + size.sellers} in one process, ${end}: ${sent}, ${bidsPerBuyer.toFixed(1)} bids a buyer / as many bare messages`,
      (report) => report.traffic.ms / 1_000,
      's',
      1.1,
    ),
    row('the same: CPU', ({ cpuMs }) => cpuMs / 1_000, 's', 5),
    row('the same: memory at most', ({ residentMax }) => residentMax / 2 ** 20, 'MB', 2.5),
  ]
}

async function run(task: Task): Promise<SideReport> {
  const side = fork(fileURLToPath(new URL('swarm-side.js', import.meta.url)))
  side.send(task)
  const [report] = await Promise.race([
    once(side, 'message') as Promise<[SideReport]>,
    once(side, 'exit').then(([code]) => {
      throw new Error(`the ${task.side} swarm ended early, with exit code ${code}`)
    }),
  ])
  return report
}
