/**
 * What happens to some nodes changes nothing for those that do not hear of it. Every market here is held twice, alike but
 * for a fault, and the traces of the two are compared line by line: inputs, draws and effects, byte for byte.
 */
import { describe, expect, it } from 'vitest'
import type { PeerId } from '../../src/ports/signer.js'
import { sealedFromJson } from '../../src/protocol/json.js'
import { readLine } from '../../src/runtime/trace-line.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from './market.js'
import { replayed, Traces } from './traces.js'

const network = { ...calmNetwork, lossPerMille: 30, duplicatePerMille: 30 }

/** By then every market here has come to rest; both of a pair end at the same moment. */
const untilMs = millis(200_000)

interface Held {
  readonly trial: Trial
  readonly traces: Traces
}

/** Holds a market in which `before` is done to the world before anybody starts. */
function hold(seed: string, before: (trial: Trial) => void): Held {
  const traces = new Traces()
  const trial = new Trial({ seed, buyers: 20, sellers: 10, network, onTrace: traces.take })
  before(trial)
  trial.world.startAll()
  trial.world.runUntil(() => trial.world.elapsedMs >= untilMs, untilMs)
  return { trial, traces }
}

/** From which other nodes each node ever heard anything, by id. */
function heardIn({ trial, traces }: Held): ReadonlyMap<PeerId, ReadonlySet<PeerId>> {
  return new Map(
    trial.people.map(({ name, signer }) => {
      const heard = traces.of(name).flatMap((text) => {
        const read = readLine(text)
        if (!read.ok || read.line.type !== 'step') return []
        const { event } = read.line
        return event.type === 'gossip' || event.type === 'direct' ? [event.from] : []
      })
      return [signer.id, new Set(heard)]
    }),
  )
}

/** All that heard of `start` in either market, directly or through others. */
function audienceOf(start: readonly PeerId[], held: readonly Held[]): ReadonlySet<PeerId> {
  const heard = held.map(heardIn)
  const reached = new Set(start)
  for (let size = -1; size !== reached.size; ) {
    size = reached.size
    for (const map of heard) {
      for (const [id, sources] of map) if ([...sources].some((source) => reached.has(source))) reached.add(id)
    }
  }
  return reached
}

const textOf = ({ traces }: Held, name: string): string => traces.of(name).join('\n')

const receiptsOf = ({ trial }: Held, id: PeerId) =>
  trial.world.disk(id).flatMap(({ key, value }) => {
    if (!key.startsWith('sale/') && !key.startsWith('purchase/')) return []
    const { receipt } = value as { readonly receipt: string | null }
    return [{ key, receipt, readable: sealedFromJson(receipt, 'receipt') !== undefined }]
  })

describe('a market of islands', () => {
  const islands = 5
  const islandOf = (trial: Trial) =>
    new Map(trial.people.map(({ signer }, index) => [signer.id, index % islands] as const))

  it('trades on, to the byte the same, wherever nobody heard of those that crashed or were cut off', () => {
    const apart = (trial: Trial) => {
      const island = islandOf(trial)
      trial.world.partition((id) => island.get(id))
    }
    const calm = hold('islands', apart)
    // On one island a seller and a buyer crash and come back; another one is cut in two for good.
    const struck = hold('islands', (trial) => {
      apart(trial)
      const island = islandOf(trial)
      for (const { signer } of trial.people.filter((_, index) => index === 0 || index === 15)) {
        trial.world.after(millis(2_500), () => trial.world.crash(signer.id, { powerLoss: true }))
        trial.world.after(millis(6_000), () => trial.world.start(signer.id))
      }
      trial.world.after(millis(3_000), () => {
        const half = new Map(trial.people.map(({ signer }, index) => [signer.id, (index / islands) % 2 < 1]))
        trial.world.partition((id) => (island.get(id) === 1 ? `1 ${half.get(id)}` : island.get(id)))
      })
    })
    const touched = calm.trial.people.filter((_, index) => index % islands <= 1).map(({ signer }) => signer.id)
    const reached = audienceOf(touched, [calm, struck])
    const untouched = calm.trial.people.filter(({ signer }) => !reached.has(signer.id))
    expect(untouched).toHaveLength((calm.trial.people.length * (islands - 2)) / islands)
    const receipts = untouched.flatMap(({ name, signer }) => {
      expect(struck.trial.world.disk(signer.id), name).toEqual(calm.trial.world.disk(signer.id))
      expect(textOf(struck, name) === textOf(calm, name), name).toBe(true)
      return receiptsOf(struck, signer.id)
    })
    expect(receipts.length).toBeGreaterThan(20)
    expect(receipts.filter(({ readable }) => !readable)).toEqual([])
    // And those that were struck did feel it.
    for (const island of [0, 1]) {
      const people = calm.trial.people.filter((_, index) => index % islands === island)
      const changed = people.filter(({ name }) => textOf(struck, name) !== textOf(calm, name))
      expect(changed.length).toBeGreaterThan(0)
    }
  })
})

describe('an open market', () => {
  const atMs = 5_000

  it('learns of a crash from messages alone, no sooner than they travel', () => {
    const calm = hold('open', () => {})
    const struck = hold('open', ({ world, people }) => {
      world.after(millis(atMs), () => world.crash(people[0]!.signer.id))
      world.after(millis(60_000), () => world.start(people[0]!.signer.id))
    })
    const [victim, ...others] = calm.trial.people
    const epoch = calm.trial.world.now - calm.trial.world.elapsedMs
    let felt = 0
    for (const { name } of others) {
      const [before, after] = [calm.traces.of(name), struck.traces.of(name)]
      const first = before.findIndex((line, index) => line !== after[index])
      if (first < 0) continue
      felt += 1
      const heardAt = Math.min(...[before[first], after[first]].map((line) => nowOf(line) - epoch))
      expect(heardAt, name).toBeGreaterThanOrEqual(atMs + network.latencyMsMin)
    }
    expect(felt).toBeGreaterThan(0)
    expect(textOf(struck, victim!.name) === textOf(calm, victim!.name)).toBe(false)
  })

  it('has every node of both markets do what follows from its own events', () => {
    const struck = hold('open', ({ world, people }) => {
      world.after(millis(atMs), () => world.crash(people[0]!.signer.id))
      world.after(millis(60_000), () => world.start(people[0]!.signer.id))
    })
    for (const { name } of struck.trial.people) {
      expect(replayed(struck.traces.of(name)), name).toMatchObject({ type: 'identical' })
    }
  })
})

const nowOf = (line: string | undefined): number =>
  line === undefined ? Number.POSITIVE_INFINITY : (JSON.parse(line) as { now: number }).now
