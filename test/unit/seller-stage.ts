import type { Effect } from '../../src/agent/agent.js'
import type { SellPlan } from '../../src/agent/rules.js'
import { encode } from '../../src/protocol/codec.js'
import { offerIdOf } from '../../src/protocol/message.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { bidBy, messagesIn, promptRules, Stage, sellPlan, theOne } from './agent-stage.js'

export const ann = simulatedSigner('ann')
export const bob = simulatedSigner('bob')
export const eve = simulatedSigner('eve')

/** A seller that has begun. */
export function opened({
  sells = sellPlan,
  rules = promptRules,
}: {
  sells?: SellPlan
  rules?: typeof promptRules
} = {}) {
  const stage = new Stage({ name: 'seller', sells, rules })
  const effects = stage.start()
  return { stage, effects, offer: offerIdOf(stage.id, 1) }
}

/** A seller with one unanswered award of `quantity` MB to Ann. */
export function awarding({ quantity = 60, sells = sellPlan }: { quantity?: number; sells?: SellPlan } = {}) {
  const { stage, offer } = opened({ sells })
  stage.take(bidBy(ann, { offer, sequence: 5, quantity, price: 50 }))
  return { stage, offer, award: nextAward(stage) }
}

/** Lets rounds pass up to the one whose end brings awards; returns what happens then. */
export function nextCommit(stage: Stage): readonly Effect[] {
  for (let round = 0; round < 100; round += 1) {
    const effects = stage.pass(promptRules.roundMs)
    if (messagesIn(effects, 'award').length > 0) return effects
  }
  throw new Error('no award in a hundred rounds')
}

export const nextAward = (stage: Stage) => theOne(nextCommit(stage), 'award')

export const bytesOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' ? [Buffer.from(encode(effect.message)).toString('hex')] : []))

export const statusOf = (stage: Stage) => stage.participant.status().seller!
