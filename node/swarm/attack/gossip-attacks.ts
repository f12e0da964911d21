/** Attacks by gossip: offers that are forged, absurd, too many, or of nobody. */
import { randomBytes } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import type { Signer } from '../../../src/ports/signer.js'
import { encode } from '../../../src/protocol/codec.js'
import { limits, type Offer, offerIdOf } from '../../../src/protocol/message.js'
import { seal, signedBytesOf } from '../../../src/protocol/signing.js'
import { megabytes, megabytesMax, millis, ticks, ticksMax } from '../../../src/units.js'
import { signerOf } from '../../signer-ed25519.js'
import type { Attack, AttackOptions } from './attack.js'
import { Deeds, Intruder, repeating } from './intruder.js'

const offerFor = (market: string, signer: Signer, change: Partial<Offer> = {}): Offer => {
  const now = Date.now()
  return {
    type: 'offer',
    market,
    offer: offerIdOf(signer.id, 1),
    sequence: now,
    status: 'open',
    stock: megabytes(5_000),
    reserve: ticks(9_000),
    floor: ticks(9_000),
    policy: 'tracking',
    ladder: [{ price: ticks(9_000), quantity: megabytes(5_000) }],
    issuedAt: millis(now),
    expiresAt: millis(now + limits.offerTtlMsMax),
    closesAt: millis(now + 3_600_000),
    addresses: [],
    ...change,
  }
}

export const forgedOffers: Attack = {
  name: 'forged-offers',
  what: 'offers in the names of others, with broken signatures, and old ones again',
  async start(options) {
    const intruder = await Intruder.enter(options)
    const deeds = new Deeds()
    let turn = 0
    const act = (): void => {
      const victim = intruder.offers()[turn++ % Math.max(1, intruder.offers().length)]
      const forged = { ...seal(intruder.signer, offerFor(options.market, intruder.signer)), signature: randomBytes(64) }
      if (victim === undefined || turn % 3 === 0) {
        intruder.publish(encode(forged))
        deeds.add('broken signatures')
      } else if (turn % 3 === 1) {
        // The victim's offer, closed, with the victim named and signed by the intruder.
        intruder.publish(encode(seal(intruder.signer, { ...victim.body, sequence: Date.now(), status: 'closed' })))
        deeds.add('offers of others')
      } else {
        intruder.publish(encode(victim))
        deeds.add('replays')
      }
    }
    return repeating([intruder], { perSecond: options.perSecond ?? 50, deeds, act })
  },
}

export const absurdOffers: Attack = {
  name: 'absurd-offers',
  what: 'signed offers with values beyond every bound, and decoys: all the data there is for nothing, from a seller that is silent',
  async start(options) {
    const intruder = await Intruder.enter(options)
    const deeds = new Deeds()
    let turn = 0
    const beyond = (): Uint8Array => {
      const { signer } = intruder
      const sealed = seal(signer, offerFor(options.market, signer))
      // Field 8, the reserve, a second time: 2^62.
      const payload = new Uint8Array([...sealed.payload, 0x40, ...new Array(8).fill(0x80), 0x40])
      return encode({ ...sealed, payload, signature: signer.sign(signedBytesOf({ type: 'offer', payload })) })
    }
    const decoy = (): Uint8Array => {
      const ladder = [{ price: ticks(1), quantity: megabytes(megabytesMax) }]
      const terms = { stock: megabytes(megabytesMax), reserve: ticks(1), floor: ticks(1), ladder }
      const offer = offerFor(options.market, intruder.signer, { ...terms, addresses: intruder.addresses.slice(0, 4) })
      return encode(seal(intruder.signer, offer))
    }
    const act = (): void => {
      // The decoys first: whoever sends values beyond bounds is heard no more.
      const isDecoy = turn++ < 3
      intruder.publish(isDecoy ? decoy() : beyond())
      deeds.add(isDecoy ? 'decoys' : 'values beyond bounds')
    }
    return repeating([intruder], { perSecond: options.perSecond ?? 2, deeds, act })
  },
}

async function floodFrom(options: AttackOptions, senders: number, sellers: number) {
  const signers: Signer[] = []
  const intruders = await Promise.all(Array.from({ length: senders }, () => Intruder.enter(options)))
  const deeds = new Deeds()
  let turn = 0
  const act = async (): Promise<void> => {
    turn += 1
    if (signers.length < sellers) signers.push(signerOf(await generateKeyPair('Ed25519')))
    const signer = signers[turn % signers.length]!
    // Dear, so that nobody bids: what is attacked is the book and the processor.
    const price = { reserve: ticks(ticksMax), floor: ticks(ticksMax) }
    const ladder = [{ price: ticks(ticksMax), quantity: megabytes(5_000) }]
    const offer = offerFor(options.market, signer, { ...price, ladder, sequence: Date.now() * 1_000 + (turn % 1_000) })
    intruders[turn % intruders.length]!.publish(encode(seal(signer, offer)))
    deeds.add('valid offers')
  }
  return repeating(intruders, { perSecond: options.perSecond ?? 10_000, deeds, act })
}

export const offerFlood: Attack = {
  name: 'offer-flood',
  what: 'ten thousand signed offers a second of one seller, from one peer',
  start: (options) => floodFrom(options, 1, 1),
}

export const sybilOffers: Attack = {
  name: 'sybil-offers',
  what: 'ten thousand signed offers a second of thousands of sellers that do not exist, from several peers',
  start: (options) => floodFrom(options, options.identities ?? 4, 20_000),
}
