/** Seals: what is signed, by whom, and what a signature proves (SPEC §4). */
import { sha256 } from '@noble/hashes/sha2.js'
import { toString as textOf } from 'uint8arrays/to-string'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import { awardPayloadOf, evidencePayloadOf, payloadOf, readBody } from './body.js'
import { type Award, type Digest, type Message, type Quote, type Sealed, sellerOf } from './message.js'
import { OpenSeal } from './open-seal.js'

/**
 * `overage/1/<kind>`, a zero byte, the payload. The kind separates the domains, so that no signature over one kind of
 * message can be shown as one over another; the payload itself names the market and the offer.
 */
export function signedBytesOf({
  type,
  payload,
}: {
  readonly type: Message['type']
  readonly payload: Uint8Array
}): Uint8Array {
  const domain = `overage/1/${type}\0`
  const bytes = new Uint8Array(domain.length + payload.length)
  for (let at = 0; at < domain.length; at++) bytes[at] = domain.charCodeAt(at)
  bytes.set(payload, domain.length)
  return bytes
}

const signedBytesOfSealed = ({ body: { type }, payload }: Sealed): Uint8Array => signedBytesOf({ type, payload })

/**
 * Encodes and signs a body. Nobody may sign what every receiver would refuse, so the payload is read back first.
 *
 * @throws an Error when the body is beyond a limit or otherwise unreadable: a fault of the programmer.
 */
export function seal<Body extends Message>(signer: Signer, body: Body): Sealed<Body> {
  if (signer.open) return new OpenSeal(signer.id, body)
  const payload = payloadOf(body)
  readBody(body.type, payload)
  return signed(signer, body, payload)
}

/** In what the awards of one commit differ. */
export type Win = Pick<Award, 'buyer' | 'quantity' | 'charge'>

/**
 * Seals the awards of one commit. What each is made of is read back as in {@link seal}; their evidence, which is nearly all
 * of it, is encoded and read back once for all.
 *
 * @throws an Error as {@link seal} does.
 */
export function sealAwards(
  signer: Signer,
  commit: Omit<Award, keyof Win | 'type'>,
  wins: readonly Win[],
): readonly Sealed<Award>[] {
  const { market, offer, round, stock, reserve, quotedReserve, evidence: bids, fee } = commit
  // Written out: objects that are copied field by field have no shape in common, and awards are read often.
  const awards = wins.map(({ buyer, quantity, charge }): Award => {
    const terms = { stock, reserve, quotedReserve, evidence: bids, quantity, charge, fee }
    return { type: 'award', market, offer, round, buyer, ...terms }
  })
  if (signer.open) return awards.map((award) => new OpenSeal(signer.id, award))
  const evidence = evidencePayloadOf(bids)
  for (const award of awards.slice(0, 1)) readBody('award', awardPayloadOf(award, evidence))
  return awards.map((award) => {
    readBody('award', awardPayloadOf(award, none))
    return signed(signer, award, awardPayloadOf(award, evidence))
  })
}

const none = new Uint8Array(0)

const signed = <Body extends Message>(signer: Signer, body: Body, payload: Uint8Array): Sealed<Body> => ({
  body,
  signer: signer.id,
  payload,
  signature: signer.sign(signedBytesOf({ type: body.type, payload })),
})

/**
 * A quote without a signature (SPEC §4): the stream says whom it comes from, and it proves nothing to anybody else. Signing
 * and checking cost more than the rest of an answer, and a signed quote follows at the round's end.
 */
export const provisional = (seller: Pick<Signer, 'id' | 'open'>, quote: Quote): Sealed<Quote> =>
  seller.open
    ? new OpenSeal(seller.id, quote, { isProvisional: true })
    : { body: quote, signer: seller.id, payload: payloadOf(quote), signature: new Uint8Array(0) }

/** Whether a message is a quote without a signature. */
export const isProvisional = ({ body, signature }: Sealed): boolean => body.type === 'quote' && signature.length === 0

/** Whether the named signer signed exactly this payload as this kind of message. */
export const verifySeal = (verifier: Verifier, sealed: Sealed): boolean =>
  sealed instanceof OpenSeal || verifier.verify(sealed.signer, signedBytesOfSealed(sealed), sealed.signature)

/** SHA-256 of the signed bytes, in hexadecimal. The signature is not part of it: a message signed twice is one message. */
export const digestOf = (sealed: Sealed): Digest =>
  sealed instanceof OpenSeal ? sealed.digest : textOf(sha256(signedBytesOfSealed(sealed)), 'hex')

/**
 * Whether two awards prove, to anybody, that their seller equivocated (MECHANISM §7): both validly signed by one seller for
 * one market, offer, round and buyer, and not the same.
 */
export function proofOfEquivocation(verifier: Verifier, a: Sealed<Award>, b: Sealed<Award>): boolean {
  return (
    a.signer === b.signer &&
    a.body.market === b.body.market &&
    a.body.offer === b.body.offer &&
    a.body.round === b.body.round &&
    a.body.buyer === b.body.buyer &&
    sellerOf(a.body.offer) === a.signer &&
    digestOf(a) !== digestOf(b) &&
    verifySeal(verifier, a) &&
    verifySeal(verifier, b)
  )
}

/**
 * A verifier that remembers the last `entriesMax` signatures found valid, so that the same evidence in award after award
 * costs a hash instead of a verification. Its answers are those of `verifier`.
 */
export const rememberingVerifier = (verifier: Verifier, { entriesMax }: { readonly entriesMax: number }): Verifier =>
  new RememberingVerifier(verifier, entriesMax)

class RememberingVerifier implements Verifier {
  readonly #verifier: Verifier
  readonly #entriesMax: number
  /** Made for the first: among simulated nodes that pass objects nobody verifies anything. */
  #valid: Set<string> | undefined

  constructor(verifier: Verifier, entriesMax: number) {
    this.#verifier = verifier
    this.#entriesMax = entriesMax
  }

  verify(id: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
    const key = `${id} ${textOf(sha256(bytes), 'base64')} ${textOf(signature, 'base64')}`
    if (this.#valid?.has(key)) return true
    if (!this.#verifier.verify(id, bytes, signature)) return false
    this.#valid ??= new Set()
    const oldest = this.#valid.values().next()
    if (this.#valid.size >= this.#entriesMax && !oldest.done) this.#valid.delete(oldest.value)
    this.#valid.add(key)
    return true
  }
}
