import type { PeerId } from '../ports/signer.js'
import type { DirectMessage, Sealed } from '../protocol/message.js'
import type { Effect, Fact } from './agent.js'

/** An answer: goes to a peer that was just heard of, so a standing connection will do. */
export const answer = (to: PeerId, message: Sealed<DirectMessage>): Effect => ({
  type: 'send',
  to,
  message,
  addresses: [],
})

export const report = (fact: Fact): Effect => ({ type: 'report', fact })
