import { describe, expect, it } from 'vitest'
import { isBeyond, noPast } from '../../src/agent/own-past.js'
import type { Offer, Sealed } from '../../src/protocol/message.js'
import { offerIdOf } from '../../src/protocol/message.js'
import { offerBy, promptRules, Stage, sellPlan } from './agent-stage.js'

const published = (effects: ReturnType<Stage['start']>): readonly Sealed<Offer>[] =>
  effects.flatMap((effect) => (effect.type === 'publish' ? [effect.message] : []))

describe('an own offer that others tell', () => {
  const past = { number: 3, isOpen: true, sequence: 50 }
  const said = (number: number, sequence: number, status: 'open' | 'closed' = 'open') =>
    isBeyond({ offer: offerIdOf('me', number), sequence, status }, past)

  it('is no news up to the last sequence, number and end that were saved', () => {
    expect([said(3, 50), said(3, 1), said(2, 50, 'closed'), said(1, 7)]).toEqual([false, false, false, false])
    expect(isBeyond({ offer: offerIdOf('me', 3), sequence: 50, status: 'closed' }, { ...past, isOpen: false })).toBe(
      false,
    )
  })

  it('is beyond what is saved by a sequence, a number, or the end of what is open', () => {
    expect([said(3, 51), said(4, 1), said(3, 50, 'closed')]).toEqual([true, true, true])
    expect(isBeyond({ offer: offerIdOf('me', 1), sequence: 1, status: 'open' }, noPast)).toBe(true)
  })
})

describe('a node on an old copy of its folder', () => {
  const idle = () => new Stage({ sells: sellPlan })

  it('saves that before it says so, and then does nothing more, in this life or the next', () => {
    const stage = idle()
    stage.start()
    const later = offerBy(stage.signer, { offer: offerIdOf(stage.signer.id, 2), sequence: stage.now + 10_000_000 })
    expect(stage.hear(later).map(({ type }) => type)).toEqual(['save', 'report'])
    expect(stage.participant.deadline).toBeUndefined()
    expect(stage.command('withdraw-offer')).toEqual([])
    expect(stage.restart()).toEqual([])
  })

  it('finds out before it trades, from what it hears before its start', () => {
    const stage = idle()
    const facts = stage
      .hear(offerBy(stage.signer))
      .flatMap((effect) => (effect.type === 'report' ? [effect.fact.type] : []))
    expect(facts).toEqual(['outrun'])
    expect(stage.start()).toEqual([])
  })

  it('is not taken for one when its own words of before a crash come back, nor while it runs', () => {
    const stage = idle()
    const said = [...published(stage.start()), ...published(stage.pass(promptRules.gossipMsMin))]
    const closed = published(stage.command('withdraw-offer'))
    expect(closed).toHaveLength(1)
    for (const offer of [...said, ...closed]) expect(stage.hear(offer)).toEqual([])
    stage.restart()
    for (const offer of [...said, ...closed]) expect(stage.hear(offer)).toEqual([])
    expect(stage.participant.status().seller?.open).toBe(true)
  })
})
