import type { Attack } from './attack.js'
import { bidFlood, doubleAwards, neverAccepts, wrongAwards } from './auction-attacks.js'
import { absurdOffers, forgedOffers, offerFlood, sybilOffers } from './gossip-attacks.js'
import { endlessFrames, streamFlood } from './stream-attacks.js'

/** Every attack that nodes are tested with, in the order of docs/threats.md. */
export const attacks: readonly Attack[] = [
  forgedOffers,
  absurdOffers,
  offerFlood,
  sybilOffers,
  endlessFrames,
  streamFlood,
  bidFlood,
  neverAccepts,
  wrongAwards,
  doubleAwards,
]

export const attackNamed = (name: string): Attack | undefined => attacks.find((attack) => attack.name === name)
