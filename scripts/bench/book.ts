/** How a newcomer comes by a book of ten thousand offers that one peer has, against the same bytes over one stream. */
import '../../node/polyfill.js'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type BookReport, bookOffers, type Role } from './book-peer.js'
import { type BenchRow, rowOf } from './row.js'

interface Fetch {
  readonly newcomer: BookReport
  readonly server: BookReport
}

export async function benchBook(): Promise<readonly BenchRow[]> {
  const server = startPeer('server', [])
  const { addresses } = await heardOf<{ addresses: string[] }>(server)
  const fetchAll = async (role: Role): Promise<Fetch> => {
    server.send('report')
    await heardOf<BookReport>(server)
    const peer = startPeer(role, addresses)
    const newcomer = await heardOf<BookReport>(peer)
    server.send('report')
    const served = await heardOf<BookReport>(server)
    await stopped(peer)
    return { newcomer, server: served }
  }
  const bare = await fetchAll('bare')
  const ours = await fetchAll('sync')
  await stopped(server)
  const row = (what: string, of: (fetch: Fetch) => number, unit: string, limit: number): BenchRow =>
    rowOf({ name: `the same: ${what}`, ours: of(ours), bare: of(bare), unit, limit })
  const { offers } = ours.newcomer
  const got = offers === bookOffers ? `${offers} offers` : `${offers} of ${bookOffers} offers, no more came`
  return [
    // A newcomer reads every offer and checks its signature, which is nearly all of it; whoever takes bytes does neither.
    rowOf({
      name: `a book of ${got} / the same bytes over one stream`,
      ours: ours.newcomer.elapsedMs,
      bare: bare.newcomer.elapsedMs,
      unit: 'ms',
      limit: 40,
    }),
    row('offers that came, in bytes', ({ newcomer }) => newcomer.bytes, 'B', 1.1),
    row("newcomer's CPU", ({ newcomer }) => newcomer.cpuMs, 'ms', 40),
    row("server's CPU", ({ server: { cpuMs } }) => cpuMs, 'ms', 10),
    row("newcomer's memory at most", ({ newcomer }) => newcomer.residentMax / 2 ** 20, 'MB', 2),
    row("server's memory at most", ({ server: { residentMax } }) => residentMax / 2 ** 20, 'MB', 1.5),
  ]
}

const startPeer = (role: Role, addresses: readonly string[]): ChildProcess =>
  fork(fileURLToPath(new URL('book-peer.js', import.meta.url)), [role, ...addresses])

const heardOf = async <Report>(peer: ChildProcess): Promise<Report> => ((await once(peer, 'message')) as [Report])[0]

async function stopped(peer: ChildProcess): Promise<void> {
  const exit = once(peer, 'exit')
  peer.disconnect()
  await exit
}
