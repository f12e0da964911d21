import type { RefusalCode } from '../../src/protocol/message.js'
import type { Offence } from './guard.js'

/** For each code what its sender did wrong, if only a peer that breaks the protocol can bring it about (SPEC §7). */
const directOffences: Readonly<Partial<Record<RefusalCode, Offence>>> = {
  malformed: 'unreadable-message',
  'too-large': 'unreadable-message',
  'out-of-bounds': 'unreadable-message',
  'bad-signature': 'forged-message',
  'signer-mismatch': 'forged-message',
  'not-the-seller': 'forged-message',
  'not-addressed-to-you': 'forged-message',
  'rate-limited': 'flood',
}

const gossipOffences: Readonly<Partial<Record<RefusalCode, Offence>>> = {
  malformed: 'invalid-offer',
  'too-large': 'invalid-offer',
  'out-of-bounds': 'invalid-offer',
  'wrong-market': 'invalid-offer',
  'not-the-seller': 'invalid-offer',
  'bad-signature': 'invalid-offer',
  'rate-limited': 'flood',
}

/** What a peer is answerable for when its message is refused with `code`; undefined: it may be honest. */
export const offenceOf = (code: RefusalCode, via: 'gossip' | 'direct'): Offence | undefined =>
  (via === 'direct' ? directOffences : gossipOffences)[code]
