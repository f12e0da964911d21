import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isOfferOf, offerIdOf, sellerOf } from '../../src/protocol/message.js'

const peer = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', 'ab') })

it('an offer is that of the seller that its id names, and of nobody else', () => {
  fc.assert(
    fc.property(peer, peer, fc.nat(11), (seller, other, number) => {
      const offer = offerIdOf(seller, number)
      expect(sellerOf(offer)).toBe(seller)
      expect(isOfferOf(seller, offer)).toBe(true)
      expect(isOfferOf(other, offer)).toBe(other === seller)
    }),
  )
})

it('what is no offer id is nobody’s offer', () => {
  fc.assert(
    fc.property(peer, fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', '/', '1') }), (seller, text) => {
      expect(isOfferOf(seller, text)).toBe(sellerOf(text) === seller)
    }),
  )
})
