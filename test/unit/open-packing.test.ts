import { expect, it } from 'vitest'
import { openPacking } from '../../src/protocol/open-seal.js'
import { digestOf, isProvisional, provisional, verifySeal } from '../../src/protocol/signing.js'
import { simulatedSigner } from '../../src/sim/signer.js'
import { acceptBy, awardBy, bidBy, offerBy, quoteBy, receiptBy } from './agent-stage.js'

const seller = { ...simulatedSigner('seller'), open: true } as const
const buyer = { ...simulatedSigner('buyer'), open: true } as const
const offered = offerBy(seller)
const bid = bidBy(buyer, { offer: offered.body.offer, quantity: 40, price: 30 })
const award = awardBy(seller, { bids: [bid], stock: 100, reserve: 10, round: 2 })
const accept = acceptBy(buyer, award)
const receipt = receiptBy(seller, accept)
const quote = quoteBy(seller, { bids: [bid] })

it.each([offered, bid, quote, provisional(seller, quote.body), award, accept, receipt])(
  'an open message is the same after its way to another thread ($body.type)',
  (sealed) => {
    const passed = openPacking.unpack(structuredClone(openPacking.pack(sealed)))
    expect(digestOf(passed)).toBe(digestOf(sealed))
    expect(isProvisional(passed)).toBe(isProvisional(sealed))
    expect(verifySeal({ verify: () => false }, passed)).toBe(true)
    expect(passed.payload).toEqual(sealed.payload)
  },
)
