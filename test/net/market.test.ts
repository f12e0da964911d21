/**
 * A market of ten peers on five hosts, one of them behind a gateway, across two sides of a network: each a process of its
 * own under `overage node`, with the rules for the internet. The steps run in order; each goes on from where the last ended.
 */

import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Lab } from './lab/lab.js'
import { until } from './lab/until.js'
import { configIn, Peer } from './market/peer.js'
import { early, late, type Person, stray } from './market/people.js'
import { verdictOn } from './market/verdict.js'

const folder = resolve('.overage', 'net', 'market')
const port = 4_001
/** An ordinary evening: 12 ms to one's exchange, 40 ms across, one frame in a hundred lost at the far ends. */
const wire = { delayMs: 12, jitterMs: 3, loss: 0.01 }
const trunk = { delayMs: 40, jitterMs: 5 }
/** How long the two sides cannot see each other. */
const cutMs = 12_000

describe.skipIf(inject('whyNoLab') !== '')('a market on five hosts', () => {
  let lab: Awaited<ReturnType<typeof raise>>
  const peers = new Map<string, { readonly peer: Peer; readonly plan: Person }>()
  const beacons = new Map<string, Peer>()
  const peer = (name: string): Peer => peers.get(name)!.peer
  const all = (): readonly Peer[] => [...peers.values()].map(({ peer }) => peer)
  const state = (): string => [...all(), ...beacons.values()].map((each) => each.lastWords()).join('\n')
  const soon = { msMax: 30_000, state }

  beforeAll(async () => {
    lab = await raise()
  })
  afterAll(() => lab?.close())

  async function startBeacon(name: 'beacon' | 'lantern', bootstrap: readonly string[]): Promise<void> {
    const host = lab.hosts[name]
    const args = async (own: string) => [
      'node',
      '--config',
      await configIn(own, { name, market: 'net', listen: [`/ip4/0.0.0.0/tcp/${port}`], bootstrap }),
    ]
    beacons.set(name, await Peer.start({ name, host, folder, args }))
  }

  async function startPeer(name: string, { host, ...plan }: Person): Promise<void> {
    const bootstrap = [lab.hosts.beacon, lab.hosts.lantern].map(({ address }) => `/ip4/${address}/tcp/${port}`)
    const args = async (own: string) => [
      'node',
      '--config',
      await configIn(own, { name, market: 'net', bootstrap, rules: { refreshMs: 4_000 }, ...plan }),
    ]
    const peer = await Peer.start({ name, host: lab.hosts[host], folder, args })
    peers.set(name, { peer, plan: { host, ...plan } })
  }

  it('finds its members through two that everybody is told of', async () => {
    await startBeacon('beacon', [])
    await startBeacon('lantern', [`/ip4/${lab.hosts.beacon.address}/tcp/${port}`])
    const listens = (each: Peer) => each.process.lines.some((line) => line.startsWith('listens'))
    await until('both listen', () => [...beacons.values()].every(listens), soon)
    for (const [name, person] of Object.entries(early)) await startPeer(name, person)
    const buyers = Object.entries(early).flatMap(([name, { wants }]) => (wants === undefined ? [] : [peer(name)]))
    await until(
      'every buyer knows both offers',
      () => buyers.every((buyer) => new Set(buyer.allOf('offer-known').map(({ offer }) => offer)).size >= 2),
      soon,
    )
    await until('every buyer bids', () => buyers.every((buyer) => buyer.allOf('bid-sent').length > 0), soon)
  })

  it('goes on when the first of the two dies', async () => {
    beacons.get('beacon')!.process.kill('SIGKILL')
    await until('it is dead', () => beacons.get('beacon')!.process.exit !== undefined)
    await until('somebody buys', () => all().some((each) => each.allOf('bought').length > 0), soon)
  })

  it('takes in one who comes late and is told of the dead one, too', async () => {
    await startPeer('late', late)
    await until('the newcomer bids', () => peer('late').allOf('bid-sent').length > 0, soon)
    const [first] = peer('late').allOf('bid-sent')
    report('join → first bid', `${first!.at - peer('late').startedAt} ms`)
  })

  it('trades on either side of a cut, and across it once it has healed', async () => {
    await lab.trunk.cut()
    await startPeer('stray', stray)
    await until('an offer opens in the east', () => peer('stray').allOf('offer-opened').length > 0, soon)
    const { offer } = peer('stray').allOf('offer-opened')[0]!
    await sleep(cutMs)
    const knows = () =>
      peer('late')
        .allOf('offer-known')
        .some((known) => known.offer === offer)
    expect(knows()).toBe(false)
    await lab.trunk.mend()
    const mended = Date.now()
    await until('the west hears of it', knows, soon)
    report('healed → offer known', `${Date.now() - mended} ms`)
    await until(
      'the west buys there',
      () =>
        peer('late')
          .allOf('bought')
          .some(({ receipt }) => receipt.offer === offer),
      { ...soon, msMax: 60_000 },
    )
    report('healed → bought', `${Date.now() - mended} ms`)
  })

  it('trades to the end, the one behind the gateway, too', async () => {
    const sellers = ['quay', 'lecturer', 'stray'].map(peer)
    await until('every offer is closed', () => sellers.every((each) => each.allOf('offer-closed').length > 0), {
      ...soon,
      msMax: 80_000,
    })
    const count = (type: 'sold' | 'bought') => all().reduce((sum, each) => sum + each.allOf(type).length, 0)
    await until('every sale is known to its buyer', () => count('sold') === count('bought'), soon)
    expect(peer('hermit').allOf('bought')).not.toEqual([])
  })

  it('keeps every law, with each receipt on both sides', async () => {
    await Promise.all([...all(), beacons.get('lantern')!].map((each) => each.stop()))
    for (const { name, process } of all()) expect({ name, ...process.exit }).toMatchObject({ name, code: 0 })
    const { violations, sales, purchases } = await verdictOn([...peers.values()])
    expect(violations).toEqual([])
    expect(sales).toBeGreaterThanOrEqual(6)
    expect(purchases).toBe(sales)
    report('receipts on both sides', `${sales}`)
  })
})

const report = (what: string, value: string): void => void process.stderr.write(`     ${what}: ${value}\n`)

const raise = () =>
  Lab.raise({
    seed: 'market',
    addresses: 'private',
    folder,
    trunk,
    hosts: {
      beacon: { side: 'west', wire },
      lantern: { side: 'east', wire },
      pier: { side: 'west', wire },
      tower: { side: 'west', wire },
      cafe: { side: 'east', wire },
      campus: { side: 'east', wire },
      home: { side: 'west', wire, nat: 'endpoint-dependent' },
    },
  })
