import type { Attack } from './attack.js'
import { alwaysDeclines, bidFlood, neverAccepts, reservePoisoner } from './bidder-attacks.js'
import { absurdOffers, forgedOffers, offerFlood, sybilOffers } from './gossip-attacks.js'
import { connectionStorm, controlFlood, endlessFrames, streamFlood } from './peer-attacks.js'
import { doubleAwards, hiddenBids, wrongAwards } from './seller-attacks.js'

/** Every attack that nodes are tested with, in the order of docs/threats.md. */
export const attacks: readonly Attack[] = [
  forgedOffers,
  absurdOffers,
  offerFlood,
  sybilOffers,
  controlFlood,
  endlessFrames,
  streamFlood,
  connectionStorm,
  bidFlood,
  neverAccepts,
  alwaysDeclines,
  reservePoisoner,
  wrongAwards,
  doubleAwards,
  hiddenBids,
]

export const attackNamed = (name: string): Attack | undefined => attacks.find((attack) => attack.name === name)
