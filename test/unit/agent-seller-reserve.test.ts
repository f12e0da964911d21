import { describe, expect, it } from 'vitest'
import { acceptBy, bidBy, messagesIn, promptRules, type Stage } from './agent-stage.js'
import { ann, bob, eve, nextCommit, opened, statusOf } from './seller-stage.js'

describe('a reserve', () => {
  /** Rounds until the reserve is near the floor of 10 again. */
  function roundsToFall(stage: Stage): number {
    for (let round = 0; round < 100; round += 1) {
      if (statusOf(stage).reserve < 12) return round
      stage.pass(promptRules.roundMs)
    }
    throw new Error('still high after a hundred rounds')
  }

  const raised = () => {
    const { stage, offer } = opened()
    stage.take(bidBy(eve, { offer, sequence: 1, quantity: 100, price: 1_000_000 }))
    stage.pass(promptRules.roundMs)
    expect(statusOf(stage).reserve).toBeGreaterThan(600_000)
    return { stage, offer }
  }

  it('that a bid raised falls in twenty rounds when the bid is withdrawn, whoever else changes a lower one meanwhile', () => {
    const { stage, offer } = raised()
    stage.take(bidBy(eve, { offer, sequence: 2, quantity: 0, price: 0 }))
    for (let round = 0; round < 20; round += 1) {
      stage.take(bidBy(bob, { offer, sequence: round + 1, quantity: 1 + round, price: 11 }))
      stage.pass(promptRules.roundMs)
    }
    expect(statusOf(stage).reserve).toBeLessThan(12)
  })

  it('that a bid raised falls in twenty rounds after its award lapsed', () => {
    const { stage } = raised()
    nextCommit(stage)
    const { reserve } = statusOf(stage)
    expect(reserve).toBeGreaterThan(600_000)
    stage.pass(promptRules.acceptMsMax)
    expect(roundsToFall(stage)).toBeLessThanOrEqual(20)
  })

  it('goes no lower at once than where it was when the last award was sold, also after a restart', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 1, quantity: 60, price: 1_000 }))
    stage.take(bidBy(bob, { offer, sequence: 1, quantity: 60, price: 900 }))
    const [award] = messagesIn(nextCommit(stage), 'award')
    const { reserve } = award!.body
    expect(reserve).toBeGreaterThan(100)
    stage.take(acceptBy(ann, award!))
    stage.restart()
    stage.pass(promptRules.acceptMsMax)
    stage.pass(promptRules.roundMs)
    expect(statusOf(stage).reserve).toBeGreaterThanOrEqual(Math.floor(reserve * 0.8))
  })
})
