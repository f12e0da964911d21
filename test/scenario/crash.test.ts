/** A small market is run once to count the moments at which a node can end; then once more for each of them. */
import { describe, expect, it } from 'vitest'
import { lanRules } from '../../src/agent/rules.js'
import type { Moment, SimulatedPerson } from '../../src/sim/world.js'
import { millis } from '../../src/units.js'
import { calmNetwork, Trial } from './market.js'

const seeds = Array.from({ length: Number(process.env['OVERAGE_SEEDS'] ?? 1) }, (_, index) => `crash ${index}`)
const network = { ...calmNetwork, latencyMsMin: millis(1), latencyMsMax: millis(20) }

interface Crash {
  readonly seed: string
  readonly powerLoss: boolean
  readonly downMs: number
  /** Which of the moments counted by the first run. */
  readonly at: number
}

/** Runs a market in which one node ends at one moment, and returns for how many moments it could have ended. */
function runWith({ seed, at, powerLoss, downMs }: Crash) {
  let moments = 0
  let where = 'nowhere'
  const crashes = (person: SimulatedPerson, moment: Moment): boolean => {
    moments += 1
    if (moments - 1 !== at) return false
    where = `${person.name} ${moment} at ${trial.world.elapsedMs} ms (moment ${at}, ${powerLoss ? 'power' : 'process'})`
    trial.world.after(millis(downMs), () => trial.world.start(person.signer.id))
    if (powerLoss) trial.world.crash(person.signer.id, { powerLoss })
    return true
  }
  const trial: Trial = new Trial({ seed, buyers: 3, sellers: 2, rules: lanRules, network, crashes })
  trial.run()
  return { trial, moments, where }
}

describe.each(seeds)('a market whose node ends at any moment (%s)', (seed) => {
  it.each([
    { of: 'its process', powerLoss: false, downMs: 500, every: 1 },
    { of: 'its power', powerLoss: true, downMs: 500, every: 1 },
    { of: 'its power for longer than an award waits', powerLoss: true, downMs: 12_000, every: 4 },
  ])('keeps every law after the loss of $of', ({ powerLoss, downMs, every }) => {
    const crash = { seed, powerLoss, downMs }
    const { moments } = runWith({ ...crash, at: -1 })
    expect(moments).toBeGreaterThan(100)
    for (let at = 0; at < moments; at += every) {
      const { trial, where } = runWith({ ...crash, at })
      expect(trial.ended, where).toBe(true)
      expect(trial.violations(), where).toEqual([])
    }
  })
})
