/** How fast a market may go when all of it shares one machine. */
import { internetRules, lanRules, type Rules } from '../src/agent/rules.js'
import { millis } from '../src/units.js'

/** Above this many people a market is a crowd: its nodes share a process and wait for each other. */
export const crowdMin = 17

/**
 * One core carries about 1 000 gossip deliveries a second, and each offer reaches everybody more than three times over
 * the mesh: with a gap of `4 ms × sellers × people` between the gossips of an offer about 850 a second are left.
 */
const gossipMsPerPair = 4
/** An offer must be gossiped again well before it expires. */
const gossipMsMost = 30_000
/** How long a seller waits for a bid. On a busy machine even a dozen processes answer seconds late. */
const idleMs = 6_000

/** LAN rules for a few people; for a crowd the pace of the internet, and gossip as rare as one core needs it. */
export function localRulesFor({ people, sellers }: { readonly people: number; readonly sellers: number }): Rules {
  if (people < crowdMin) return { ...lanRules, idleMsMax: millis(idleMs) }
  const gossipMs = Math.max(internetRules.gossipMsMin, gossipMsPerPair * sellers * people)
  const gossipMsMin = millis(Math.min(gossipMs, gossipMsMost))
  return { ...internetRules, gossipMsMin, idleMsMax: millis(internetRules.idleMsMax + gossipMsMin) }
}
