/** How fast a market may go when all of it shares one machine. */
import { internetRules, lanRules, type Rules } from '../src/agent/rules.js'
import { millis } from '../src/units.js'

/** Above this many people a market is a crowd: its nodes share a process and wait for each other. */
export const crowdMin = 17

/**
 * One core carries some 1 000 to 1 500 gossip deliveries a second (0.7 ms each, with what follows from it), and each offer reaches
 * everybody more than three times over the mesh: with a gap of `4 ms × sellers × people` between the gossips of an offer about
 * 850 a second are left, while prices move; then sellers do gossip at every gap.
 *
 * It is a price: buyers bid at older prices. A hundred nodes on an idle machine place 20 bids a buyer with 4 ms a pair and 11 with
 * 2 ms, for the same welfare and a fifth more processor time: 1 250 deliveries a second, which leaves nothing for a busier
 * machine. With 1 ms a busy one sold half of what it should and was not at rest in 150 s, where with 4 ms it was after 115 s. Longer
 * rounds do not help: in the simulator the bids stay as many, and all takes longer.
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
