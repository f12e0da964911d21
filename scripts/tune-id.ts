import { sha256 } from '@noble/hashes/sha2.js'
import { peerIdOf } from '../src/protocol/identity.js'
export const identityOf = (label: string) => peerIdOf(sha256(new TextEncoder().encode(label)))
