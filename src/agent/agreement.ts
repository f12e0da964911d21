/** What the nodes of one network must agree on, and the id that follows from it (SPEC §15). */
import { sha256 } from '@noble/hashes/sha2.js'
import { toString as textOf } from 'uint8arrays/to-string'
import type { NetworkId } from '../protocol/hello.js'
import type { Rules } from './rules.js'

/**
 * The rules that others rely on, in ascending order: what an award costs, how long it waits, when an auction ends, how long an offer
 * lives. The other rules are each node's own taste, and no two nodes need the same.
 */
export const agreedRules = [
  'acceptMsMax',
  'calmRounds',
  'epsilon',
  'gossipMsMin',
  'offerMsMax',
  'participantsMax',
  'refreshMs',
  'reserveFallPerMille',
  'reserveRisePerMille',
  'roundMs',
  'roundsMax',
] as const satisfies readonly (keyof Rules)[]

export interface Agreement {
  /** The protocol's version, SPEC §12. */
  readonly protocol: number
  readonly market: string
  /** What money is counted in, for people; the protocol does not look at it. Visible characters and spaces. */
  readonly currency: string
  readonly shards: number
  readonly rules: Pick<Rules, (typeof agreedRules)[number]>
}

/** Changing anything that is agreed on makes another network. */
export function networkIdOf({ protocol, market, currency, shards, rules }: Agreement): NetworkId {
  const lines = [
    'overage/network/1',
    `protocol ${protocol}`,
    `market ${market}`,
    `currency ${currency}`,
    `shards ${shards}`,
    ...agreedRules.map((rule) => `${rule} ${rules[rule]}`),
  ]
  return textOf(sha256(new TextEncoder().encode(`${lines.join('\n')}\n`)), 'hex')
}
