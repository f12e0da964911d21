import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/ports/store.js'
import { awardFromJson } from '../../src/protocol/award-record.js'
import { encode } from '../../src/protocol/codec.js'
import { sealedToJson } from '../../src/protocol/json.js'
import type { Award, Sealed } from '../../src/protocol/message.js'
import { digestOf } from '../../src/protocol/signing.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { megabytes } from '../../src/units.js'
import {
  acceptBy,
  bidBy,
  declineBy,
  factsIn,
  kindsIn,
  messagesIn,
  promptRules,
  refusalsIn,
  type Stage,
  sellPlan,
  theOne,
} from './agent-stage.js'
import { ann, awarding, bob, bytesOf, eve, nextAward, nextCommit, opened, statusOf } from './seller-stage.js'

describe('a commit', () => {
  it('awards what is won, keeps it aside, and saves before it sends', () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, quantity: 60, price: 50 }))
    stage.take(bidBy(bob, { offer, quantity: 60, price: 30 }))
    const effects = nextCommit(stage)
    const kinds = kindsIn(effects)
    expect(kinds.indexOf('send award') - 1).toBe(kinds.lastIndexOf('save', kinds.indexOf('send award')))
    expect(messagesIn(effects, 'award').map(({ body }) => [body.buyer, body.quantity])).toEqual([
      [ann.id, 60],
      [bob.id, 40],
    ])
    expect(statusOf(stage)).toMatchObject({ stock: 100, unsettled: 2, participants: 0 })
    expect(theOne(stage.take(bidBy(eve, { offer, quantity: 10, price: 90 })), 'quote').body).toMatchObject({ stock: 0 })
  })

  it('comes after roundsMax rounds although bids never stop changing', () => {
    const { stage, offer } = opened({ sells: { ...sellPlan, policy: 'fixed' } })
    let awards = 0
    for (let n = 1; n <= promptRules.roundsMax; n += 1) {
      stage.take(bidBy(ann, { offer, sequence: n, quantity: 10 + n, price: 50 }))
      awards += messagesIn(stage.pass(promptRules.roundMs), 'award').length
    }
    expect(awards).toBe(1)
  })

  it('never uses a round twice, not even after a restart', () => {
    const { stage, offer } = opened()
    const rounds = new Set<number>()
    for (let n = 1; n <= 8; n += 1) {
      stage.take(bidBy(ann, { offer, sequence: n, quantity: 5, price: 50 }))
      const award = nextAward(stage)
      expect(rounds.has(award.body.round)).toBe(false)
      rounds.add(award.body.round)
      stage.take(declineBy(ann, award))
      stage.restart()
    }
  })
})

describe('an award', () => {
  it('is sent again, patiently, until it is answered', () => {
    const { stage, award } = awarding()
    const times: number[] = []
    const sentAt = stage.now
    for (let ms = 0; ms < 9_000; ms += 100) {
      if (messagesIn(stage.pass(100), 'award').length > 0) times.push(stage.now - sentAt)
    }
    expect(times.length).toBeGreaterThanOrEqual(3)
    const waits = times.slice(1).map((time, index) => time - times[index]!)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    stage.take(acceptBy(ann, award))
    expect(messagesIn(stage.pass(60_000), 'award')).toEqual([])
  })

  it('that is accepted is saved as a sale, with the smaller stock, before its receipt goes out', () => {
    const { stage, award } = awarding()
    const effects = stage.take(acceptBy(ann, award))
    expect(kindsIn(effects).slice(0, 3)).toEqual(['save', 'report sold', 'send receipt'])
    const [save] = effects
    expect(save).toMatchObject({ sync: true })
    const keys = save?.type === 'save' ? save.records.map(({ key }) => key) : []
    expect(keys).toEqual([`sale/${digestOf(award)}`, `seller/award/${digestOf(award)}`, 'seller/offer'])
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60, unsettled: 0 })
  })

  it('that is accepted twice gets the same receipt, byte for byte, also after a restart', () => {
    const { stage, award } = awarding()
    const accept = acceptBy(ann, award)
    const first = stage.take(accept)
    const second = stage.take(accept)
    expect(kindsIn(second)).toEqual(['send receipt'])
    expect(bytesOf(second)).toEqual(bytesOf(first))
    stage.restart()
    expect(bytesOf(stage.take(accept))).toEqual(bytesOf(first))
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60 })
  })

  it('that nobody knows of is refused unknown-award', () => {
    const { stage, award } = awarding()
    const wrong = acceptBy(ann, award, { award: '00'.repeat(32) })
    expect(theOne(stage.take(wrong), 'refused').body).toMatchObject({ code: 'unknown-award', award: '00'.repeat(32) })
  })

  it.each([
    ['quantity', { quantity: megabytes(61) }],
    ['charge', { charge: 1 as never }],
    ['fee', { fee: 1 as never }],
    ['round', { round: 99 }],
  ])('accepted with another %s is refused unknown-award and still waits', (_, change) => {
    const { stage, award } = awarding()
    expect(refusalsIn(stage.take(acceptBy(ann, award, change)))).toEqual(['unknown-award'])
    expect(statusOf(stage).unsettled).toBe(1)
  })

  it('of another buyer cannot be accepted or declined', () => {
    const { stage, award } = awarding()
    expect(refusalsIn(stage.take(acceptBy(eve, award, { buyer: eve.id })))).toEqual(['unknown-award'])
    const decline = declineBy(eve, award)
    stage.take({ ...decline, body: { ...decline.body, buyer: eve.id } })
    expect(statusOf(stage)).toMatchObject({ unsettled: 1, sold: 0 })
  })

  it('that is declined goes back to stock and cannot be accepted any more', () => {
    const { stage, offer, award } = awarding()
    expect(factsIn(stage.take(declineBy(ann, award)))).toEqual(['declined'])
    expect(stage.take(declineBy(ann, award))).toEqual([])
    expect(theOne(stage.take(bidBy(bob, { offer, quantity: 5, price: 20 })), 'quote').body.stock).toBe(100)
    expect(refusalsIn(stage.take(acceptBy(ann, award)))).toEqual(['unknown-award'])
  })

  it('that lapsed is honoured late while its quantity is left', () => {
    const { stage, award } = awarding()
    expect(factsIn(stage.pass(promptRules.acceptMsMax))).toContain('lapsed')
    expect(statusOf(stage)).toMatchObject({ unsettled: 0, stock: 100 })
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    expect(statusOf(stage)).toMatchObject({ stock: 40, sold: 60 })
  })

  it('that lapsed is refused award-lapsed once its quantity is kept aside for others', () => {
    const { stage, offer, award } = awarding()
    stage.pass(promptRules.acceptMsMax)
    stage.take(bidBy(bob, { offer, quantity: 60, price: 50 }))
    stage.pass(1_000)
    expect(refusalsIn(stage.take(acceptBy(ann, award)))).toEqual(['award-lapsed'])
  })

  it.each(['at once', 'after a restart'])('refused once is refused for good, although stock came back (%s)', (when) => {
    const { stage, offer, award } = awarding()
    stage.pass(promptRules.acceptMsMax)
    stage.take(bidBy(bob, { offer, quantity: 60, price: 50 }))
    const toBob = nextAward(stage)
    const refusal = stage.take(acceptBy(ann, award))
    expect(kindsIn(refusal).slice(0, 2)).toEqual(['save', 'send refused'])
    stage.take(declineBy(bob, toBob))
    if (when === 'after a restart') stage.restart()
    const again = stage.take(acceptBy(ann, award))
    expect(bytesOf(again)).toEqual(bytesOf(refusal))
    expect(statusOf(stage).sold).toBe(0)
  })

  it('is still settled after its offer closed, and lapsed ones are refused then', () => {
    const { stage, award } = awarding()
    stage.command('withdraw-offer')
    expect(messagesIn(stage.take(acceptBy(ann, award)), 'receipt')).toHaveLength(1)
    const other = awarding()
    other.stage.command('withdraw-offer')
    other.stage.pass(promptRules.acceptMsMax)
    expect(refusalsIn(other.stage.take(acceptBy(ann, other.award)))).toEqual(['award-lapsed'])
  })

  it('lapsed is forgotten in the store beyond the bound', () => {
    const { stage, offer } = opened({ rules: { ...promptRules, participantsMax: 2 } })
    for (let n = 0; n < 5; n += 1) {
      stage.take(bidBy(simulatedSigner(`sleeper ${n}`), { offer, quantity: 60, price: 50 }))
      stage.pass(12_000)
    }
    expect([...stage.disk.keys()].filter((key) => key.startsWith('seller/award/')).length).toBeLessThanOrEqual(3)
  })
})

describe('the evidence of a commit', () => {
  const evidenceOn = (stage: Stage) => [...stage.disk.keys()].filter((key) => key.startsWith('seller/evidence/'))
  /** Ann and Bob win in one commit. */
  const shared = () => {
    const { stage, offer } = opened()
    stage.take(bidBy(ann, { offer, sequence: 5, quantity: 30, price: 50 }))
    stage.take(bidBy(bob, { offer, sequence: 5, quantity: 30, price: 40 }))
    const awards = messagesIn(nextCommit(stage), 'award') as readonly Sealed<Award>[]
    return { stage, awardTo: (buyer: string) => awards.find(({ body }) => body.buyer === buyer)! }
  }

  it('is saved once for all its awards, which a restart puts together byte for byte', () => {
    const { stage, awardTo } = shared()
    expect(evidenceOn(stage)).toHaveLength(1)
    const again = messagesIn(stage.restart(), 'award') as readonly Sealed<Award>[]
    expect(again.map(encode)).toEqual(again.map(({ body }) => encode(awardTo(body.buyer))))
    expect(again.map(({ body }) => body.evidence.length)).toEqual([2, 2])
    expect(messagesIn(stage.take(acceptBy(bob, awardTo(bob.id))), 'receipt')).toHaveLength(1)
  })

  it('stays as long as an award of it, however that ended, is remembered', () => {
    const { stage, awardTo } = shared()
    stage.take(declineBy(ann, awardTo(ann.id)))
    expect(evidenceOn(stage)).toHaveLength(1)
    stage.take(acceptBy(bob, awardTo(bob.id)))
    stage.restart()
    expect(evidenceOn(stage)).toHaveLength(1)
    const other = shared()
    for (const winner of [ann, bob]) other.stage.take(declineBy(winner, other.awardTo(winner.id)))
    expect(evidenceOn(other.stage)).toEqual([])
  })

  it('of a store that holds whole awards is read, and saved apart when something becomes of them', () => {
    const { stage, awardTo } = shared()
    const award = awardTo(ann.id)
    for (const key of evidenceOn(stage)) stage.disk.delete(key)
    for (const each of [award, awardTo(bob.id)])
      stage.disk.set(`seller/award/${digestOf(each)}`, { state: 'pending', award: sealedToJson(each) })
    expect(messagesIn(stage.restart(), 'award').map(encode)).toContainEqual(encode(award))
    expect(evidenceOn(stage)).toEqual([])
    stage.take(acceptBy(ann, award))
    expect(evidenceOn(stage)).toHaveLength(1)
    const { award: kept } = stage.disk.get(`sale/${digestOf(award)}`) as { readonly award: Json }
    const evidenceAt = (key: string) => stage.disk.get(key)
    expect(encode(awardFromJson(kept, evidenceAt)!)).toEqual(encode(award))
  })

  it('that is gone keeps its awards from being read, which says so', () => {
    const { stage } = shared()
    for (const key of evidenceOn(stage)) stage.disk.delete(key)
    expect(() => stage.restart()).toThrow(/"seller\/award\/[0-9a-f]{64}" holds no readable award/)
  })
})

describe('evidence', () => {
  it('is every standing bid as it was signed, whatever order it came in', () => {
    const evidences = [
      [ann, bob],
      [bob, ann],
    ].map((order) => {
      const { stage, offer } = opened()
      for (const signer of order) stage.take(bidBy(signer, { offer, quantity: 60, price: 50 }))
      const awards = messagesIn(nextCommit(stage), 'award')
      return awards.map(({ body }: Sealed<Award>) => body.evidence.map((bid) => digestOf(bid)))
    })
    expect(evidences[1]).toEqual(evidences[0])
    expect(evidences[0]![0]).toHaveLength(2)
  })
})
