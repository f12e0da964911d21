/**
 * Strangers on five hosts join a network by its bundle and trade: some of them behind gateways, one late, two sides that lose
 * and find each other, a bootstrap peer that dies. The steps run in order; each goes on from where the last one ended.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Lab } from './lab/lab.js'
import { until } from './lab/until.js'
import { overage, Peer } from './market/peer.js'
import { early, flagsOf, late, type Person, stray } from './market/people.js'
import { verdictOn } from './market/verdict.js'

const folder = resolve('.overage', 'net', 'market')
const bundle = resolve(folder, 'evening.testnet.json')
/** An ordinary evening: 12 ms to one's exchange, 40 ms across, one frame in a hundred lost at the ends. */
const wire = { delayMs: 12, jitterMs: 3, loss: 0.01 }
const trunk = { delayMs: 40, jitterMs: 5 }
/** How long the two sides cannot see each other: long enough for some connections to be given up, and some not. */
const cutMs = 12_000
/** What is left of an offer when nobody wants the rest enough to pay the fee of another purchase. */
const leftShareMax = 0.03

describe.skipIf(inject('whyNoLab') !== '')('strangers on five hosts', () => {
  let lab: Awaited<ReturnType<typeof raise>>
  const people = new Map<string, { readonly peer: Peer; readonly plan: Person }>()
  const beacons: Peer[] = []
  const peer = (name: string): Peer => people.get(name)!.peer
  const all = (): readonly Peer[] => [...people.values()].map(({ peer }) => peer)
  const sellers = () => [...people.values()].filter(({ plan }) => plan.sells !== undefined)
  const buyers = () => [...people.values()].filter(({ plan }) => plan.wants !== undefined)
  const bought = () => all().flatMap((each) => each.allOf('bought').map(({ receipt }) => receipt))
  const state = (): string => [...all(), ...beacons].map((each) => each.lastWords()).join('\n')
  const eventually = (what: string, holds: () => boolean, msMax = 30_000) => until(what, holds, { msMax, state })

  beforeAll(async () => {
    lab = await raise()
  })
  afterAll(() => lab?.close())

  async function startBeacon(name: 'beacon' | 'lantern'): Promise<void> {
    const args = ['testnet', 'bootstrap', '--bundle', bundle, '--write']
    const beacon = await Peer.start({ name, host: lab.hosts[name], folder, args })
    beacons.push(beacon)
    await eventually(`${name} is in the bundle`, () => beacon.step('written') !== undefined)
  }

  async function join(name: string, plan: Person): Promise<void> {
    const args = ['join', bundle, '--name', name, ...flagsOf(plan)]
    people.set(name, { peer: await Peer.start({ name, host: lab.hosts[plan.host], folder, args }), plan })
  }

  it('are given one file, which names the two peers to begin with', async () => {
    const args = ['testnet', 'init', 'evening', '--force', '--out', bundle]
    const init = lab.hosts.beacon.run('init', process.execPath, [overage, ...args])
    expect(await init.ended).toEqual({ code: 0, signal: null })
    await startBeacon('beacon')
    await startBeacon('lantern')
  })

  it('trade through a relay where both sides sit behind gateways', async () => {
    await join('hermit', early.hermit)
    await eventually('an offer opens', () => peer('hermit').allOf('offer-opened').length > 0)
    await join('spire', early.spire)
    // Neither gateway lets a stranger in, and to each peer each shows another port: no way is left but the relay.
    const idOf = (name: string) => String(peer(name).step('identity')?.['peerId'])
    const did = () => bought().some(({ buyer, offer }) => buyer === idOf('spire') && offer.startsWith(idOf('hermit')))
    await eventually('one behind a gateway buys from the other', did, 45_000)
    expect(peer('hermit').step('reachable')).toMatchObject({ reach: 'relay' })
  })

  it('join, find each other and bid', async () => {
    for (const [name, plan] of Object.entries<Person>(early)) if (!people.has(name)) await join(name, plan)
    await eventually('everybody has joined', () => all().every((each) => each.step('joined') !== undefined))
    report('joined after', spreadOf(all().map((each) => Number(each.step('joined')?.['ms']))))
    await eventually('every buyer bids', () => buyers().every(({ peer }) => peer.allOf('bid-sent').length > 0), 45_000)
  })

  it('go on when the first of the two dies', async () => {
    beacons[0]!.process.kill('SIGKILL')
    await eventually('it is dead', () => beacons[0]!.process.exit !== undefined)
    // All that they want, so that nobody but the newcomer is left to want what is offered later.
    await eventually('every buyer buys', () => buyers().every(({ peer }) => peer.allOf('bought').length > 0), 45_000)
  })

  it('are joined by one who comes late and is told of the dead one, too', async () => {
    await join('late', late)
    await eventually('the newcomer bids', () => peer('late').allOf('bid-sent').length > 0)
    const sinceListening = peer('late').allOf('bid-sent')[0]!.at - peer('late').listeningAt
    report(
      'join → first bid',
      `${peer('late').step('first-bid')?.['ms']} ms, ${sinceListening} ms of it since it listened`,
    )
  })

  it('trade on either side of a cut, and across it once it has healed', async () => {
    await lab.trunk.cut()
    await join('stray', stray)
    await eventually('an offer opens in the east', () => peer('stray').allOf('offer-opened').length > 0)
    const newcomer = peer('late').step('identity')?.['peerId']
    const { offer } = peer('stray').allOf('offer-opened')[0]!
    const known = () =>
      peer('late')
        .allOf('offer-known')
        .some((known) => known.offer === offer)
    await sleep(cutMs)
    expect(known()).toBe(false)
    await lab.trunk.mend()
    const mended = Date.now()
    await eventually('the west hears of it', known, 45_000)
    report('healed → offer known in the west', `${Date.now() - mended} ms`)
    const did = () => bought().some((receipt) => receipt.offer === offer && receipt.buyer === newcomer)
    await eventually('the west buys there', did, 60_000)
    report('healed → bought in the west', `${Date.now() - mended} ms`)
  })

  it('trade to the end', async () => {
    const left = () =>
      sellers().map(({ peer, plan }) => {
        const sold = peer.allOf('sold').reduce((sum, { receipt }) => sum + receipt.quantity, 0)
        return 1 - sold / (1_000 * plan.sells!.gb)
      })
    await eventually('every stock is sold but for a rest', () => left().every((share) => share <= leftShareMax), 75_000)
    const count = (type: 'sold' | 'bought') => all().reduce((sum, each) => sum + each.allOf(type).length, 0)
    await eventually('every sale is known to its buyer', () => count('sold') === count('bought'))
  })

  it('keep every law, with each receipt on both sides', async () => {
    await Promise.all([...all(), beacons[1]!].map((each) => each.stop()))
    for (const { name, process } of all()) expect({ name, ...process.exit }).toMatchObject({ name, code: 0 })
    const { violations, sales, purchases } = await verdictOn([...people.values()])
    expect(violations).toEqual([])
    expect(sales).toBeGreaterThanOrEqual(buyers().length)
    expect(purchases).toBe(sales)
    report('receipts on both sides', `${sales}`)
  })

  const raise = () =>
    Lab.raise({
      seed: 'evening',
      addresses: 'public',
      folder,
      trunk,
      hosts: {
        beacon: { side: 'west', wire },
        lantern: { side: 'east', wire },
        pier: { side: 'west', wire },
        tower: { side: 'west', wire, nat: 'endpoint-dependent' },
        cafe: { side: 'east', wire },
        campus: { side: 'east', wire },
        home: { side: 'east', wire, nat: 'endpoint-dependent' },
      },
    })
})

/** A figure of this run, below its step. */
const report = (what: string, value: string): void => void process.stderr.write(`     ${what}: ${value}\n`)

const spreadOf = (times: readonly number[]): string =>
  `${Math.min(...times)} to ${Math.max(...times)} ms (${times.length} peers)`
