import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { randomFaults } from '../../src/sim/adversity.js'
import { Agenda } from '../../src/sim/agenda.js'
import { applyFaults, type FaultOptions, type FaultPlan, noFaults, planOf } from '../../src/sim/faults.js'
import { Prng } from '../../src/sim/prng.js'
import { type Millis, millis } from '../../src/units.js'

const people = Array.from({ length: 200 }, (_, index) => `peer-${index}`)
const options: FaultOptions = {
  crashPerMille: 250,
  crashFromMs: millis(1_000),
  crashToMs: millis(2_000),
  downMsMin: millis(10),
  downMsMax: millis(20),
  powerLossPerMille: 500,
  partitions: [{ atMs: millis(5), forMs: millis(7), groups: 3 }],
}
const drawn = (change: Partial<FaultOptions> = {}, among = people) =>
  planOf({ ...options, ...change }, { people: among, random: new Prng('faults') })

describe('a fault plan', () => {
  it('crashes about the share of the nodes that it was asked for, within its times', () => {
    const { crashes } = drawn()
    expect(crashes.length).toBeGreaterThan(30)
    expect(crashes.length).toBeLessThan(70)
    for (const { atMs, downMs } of crashes) {
      expect(atMs >= 1_000 && atMs <= 2_000 && downMs >= 10 && downMs <= 20).toBe(true)
    }
    expect(new Set(crashes.map(({ powerLoss }) => powerLoss)).size).toBe(2)
  })

  it('crashes every node, or none, at the ends of the scale', () => {
    expect(drawn({ crashPerMille: 1_000 }).crashes.map(({ id }) => id)).toEqual(people)
    expect(drawn({ crashPerMille: 0 }).crashes).toEqual([])
    expect(drawn({ powerLossPerMille: 0 }).crashes.some(({ powerLoss }) => powerLoss)).toBe(false)
    expect(planOf(noFaults, { people, random: new Prng('faults') })).toEqual({ crashes: [], splits: [] })
  })

  it('is the same for the same seed, and one more person changes nobody else', () => {
    expect(drawn()).toEqual(drawn())
    expect(drawn({}, people.slice(0, -1)).crashes).toEqual(drawn().crashes.filter(({ id }) => id !== people.at(-1)))
  })

  it('splits everybody into groups of about equal size', () => {
    const { groups } = drawn().splits[0]!
    expect(groups.flat().sort()).toEqual([...people].sort())
    expect(groups.map((group) => group.length).sort()).toEqual([66, 67, 67])
  })
})

/** Carries a plan out on a world of two that only notes what happens to it. */
function carriedOut(plan: FaultPlan): readonly string[] {
  const agenda = new Agenda()
  const notes: string[] = []
  const note = (text: string) => notes.push(`${agenda.now} ${text}`)
  applyFaults(
    {
      after: (delayMs, action) => agenda.schedule((agenda.now + delayMs) as Millis, action),
      crash: (id, { powerLoss }) => note(`${id} ${powerLoss ? 'loses power' : 'crashes'}`),
      start: (id) => note(`${id} starts`),
      partition: (sideOf) => note(isDeepStrictEqual(sideOf('a'), sideOf('b')) ? 'together' : 'apart'),
      heal: () => note('healed'),
    },
    plan,
  )
  while (agenda.advance());
  return notes
}

const split = (atMs: number, forMs: number, ...groups: string[][]) => ({
  atMs: millis(atMs),
  forMs: millis(forMs),
  groups,
})

describe('a fault plan carried out', () => {
  it('ends nodes and starts them again in time', () => {
    const crashes = [
      { id: 'a', atMs: millis(10), downMs: millis(5), powerLoss: true },
      { id: 'b', atMs: millis(12), downMs: millis(1), powerLoss: false },
    ]
    expect(carriedOut({ crashes, splits: [] })).toEqual([
      '10 a loses power',
      '12 b crashes',
      '13 b starts',
      '15 a starts',
    ])
  })

  it('keeps nodes apart while any split that lasts does', () => {
    const splits = [split(10, 20, ['a'], ['b']), split(15, 5, ['a', 'b'], []), split(25, 10, ['b'], ['a'])]
    expect(carriedOut({ crashes: [], splits })).toEqual([
      '10 apart',
      '15 apart',
      '20 apart',
      '25 apart',
      '30 apart',
      '35 healed',
    ])
    expect(carriedOut({ crashes: [], splits: [split(1, 1, ['a', 'b'], [])] })).toEqual(['1 together', '2 healed'])
  })
})

describe('random adversity', () => {
  const markets = Array.from({ length: 300 }, (_, index) => randomFaults(String(index)))

  it('follows from the seed alone, and survives being written down', () => {
    expect(randomFaults('7')).toEqual(markets[7])
    expect(JSON.parse(JSON.stringify(markets))).toEqual(markets.map(({ misreport: _, ...kept }) => kept))
  })

  it('brings every fault, and leaves every fault out', () => {
    const strengths = markets.map(({ network, faults }) => ({
      loss: network.lossPerMille,
      duplicates: network.duplicatePerMille,
      reordered: network.reorderPerMille,
      jitter: network.jitterMs,
      slow: network.slowPerMille,
      skew: network.clockSkewMsMax,
      crashes: faults.crashPerMille,
      powerLoss: faults.powerLossPerMille,
      partitions: faults.partitions.length,
    }))
    for (const fault of Object.keys(strengths[0]!) as (keyof (typeof strengths)[0])[]) {
      expect(
        strengths.some((each) => each[fault] > 0),
        fault,
      ).toBe(true)
      expect(
        strengths.some((each) => each[fault] === 0),
        fault,
      ).toBe(true)
    }
    expect(Math.max(...strengths.map(({ loss }) => loss))).toBeLessThanOrEqual(300)
  })
})
