/**
 * Awards in their seller's store. Nearly all of an award is its evidence, which all awards of a commit share: it is kept once,
 * in a record of its own, and each award without it. With 256 winners that is one 256th of the bytes.
 */
import { fromString } from 'uint8arrays/from-string'
import type { Json, StoreContents } from '../ports/store.js'
import { awardPayloadOf, evidencePayloadOf, readBody } from './body.js'
import { attempt } from './codec.js'
import { base64Of, sealedFromJson, sealedToJson } from './json.js'
import type { Award, Sealed } from './message.js'
import { OpenSeal } from './open-seal.js'

export const evidencePrefix = 'seller/evidence/'

/** Where the evidence of a commit is: no two commits of an offer have one round. */
export const evidenceKeyOf = ({ offer, round }: Pick<Award, 'offer' | 'round'>): string =>
  `${evidencePrefix}${offer}/${round}`

const none = new Uint8Array(0)

/**
 * What an award's record holds of it: all but its evidence. Only for awards of this node's own making: one that came from elsewhere
 * may be encoded otherwise. A simulated message that passes as an object stays whole.
 */
export function awardToJson(award: Sealed<Award>): Json {
  if (award instanceof OpenSeal) return sealedToJson(award)
  return { apart: sealedToJson({ ...award, payload: awardPayloadOf(award.body, none) }) }
}

/** What the record at {@link evidenceKeyOf} holds. */
export const evidenceToJson = ({ body }: Sealed<Award>): Json => base64Of(evidencePayloadOf(body.evidence))

/** Evidence by its key. */
export type EvidenceAt = (key: string) => Json | undefined

export function evidenceIn(contents: StoreContents): EvidenceAt {
  const evidence = new Map<string, Json>()
  for (const { key, value } of contents) if (key.startsWith(evidencePrefix)) evidence.set(key, value)
  return (key) => evidence.get(key)
}

/**
 * An award from what {@link awardToJson} wrote, or from a whole one, as earlier versions kept them all. Undefined when `json` is
 * anything else, or its evidence is not there.
 */
export function awardFromJson(json: Json, evidenceAt: EvidenceAt): Sealed<Award> | undefined {
  const bareJson = bareIn(json)
  if (bareJson === undefined) return sealedFromJson(json, 'award')
  const bare = sealedFromJson(bareJson, 'award')
  const evidence = bare && evidenceAt(evidenceKeyOf(bare.body))
  if (bare === undefined || typeof evidence !== 'string') return undefined
  const read = attempt(() => {
    const payload = awardPayloadOf(bare.body, fromString(evidence, 'base64'))
    const body = readBody('award', payload) as Award
    return { ok: true as const, award: { body, signer: bare.signer, payload, signature: bare.signature } }
  })
  return read.ok ? read.award : undefined
}

/** Whether this is an award without its evidence. */
export const isApart = (json: Json): boolean => bareIn(json) !== undefined

const bareIn = (json: Json): Json | undefined =>
  typeof json === 'object' && json !== null && !(json instanceof OpenSeal)
    ? (json as { readonly apart?: Json }).apart
    : undefined
