import type { Effect } from '../../src/agent/agent.js'
import type { BuyPlan } from '../../src/agent/rules.js'
import { encode } from '../../src/protocol/codec.js'
import { type Bid, offerIdOf, type Sealed } from '../../src/protocol/message.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { awardBy, bidBy, buyPlan, offerBy, quoteBy, Stage, theOne } from './agent-stage.js'

export const seller = simulatedSigner('seller')
export const other = simulatedSigner('other')
export const rival = simulatedSigner('rival')
export const offer = offerIdOf(seller.id, 1)

/** A buyer that has begun and knows of nothing. */
export function started(wants: BuyPlan = buyPlan) {
  const stage = new Stage({ name: 'buyer', wants })
  stage.start()
  return stage
}

/** A buyer whose bid stands, acknowledged, at one seller. */
export function bidding(wants: BuyPlan = buyPlan) {
  const stage = started(wants)
  stage.hear(offerBy(seller))
  const bid = theOne(stage.pass(0), 'bid')
  stage.take(quoteBy(seller, { bids: [bid] }))
  stage.pass(0)
  return { stage, bid }
}

/** A buyer that has accepted an award. */
export function accepting(wants: BuyPlan = buyPlan) {
  const { stage, bid } = bidding(wants)
  const award = awardBy(seller, { bids: [bid] })
  const effects = stage.take(award)
  return { stage, bid, award, effects, accept: theOne(effects, 'accept') }
}

export const statusOf = (stage: Stage) => stage.participant.status().buyer!

export const bytesOf = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.type === 'send' ? [Buffer.from(encode(effect.message)).toString('hex')] : []))

/** Raises the quote's price until the buyer moves its bid; returns the new one. */
export function moveBid(stage: Stage, bid: Sealed<Bid>): Sealed<Bid> {
  const crowd = bidBy(rival, { offer, quantity: 980, price: 30_000 })
  stage.take(quoteBy(seller, { bids: [bid, crowd], round: 2 }, { sequence: 2 }))
  return theOne(stage.pass(0), 'bid')
}
