import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageShelf } from '../../../node/libp2p/message-shelf.js'
import { decode } from '../../../src/protocol/codec.js'

describe('the shelf of messages', () => {
  it('says of bytes what the codec says of them, whatever was put there before and whatever the bound', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 30, maxLength: 32, max: 2 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(messages, fc.integer({ min: 29, max: 33 }), (given, bytesMax) => {
        const shelf = new MessageShelf()
        for (const bytes of given) shelf.put(bytes, { ok: true, sealed: { of: bytes } as never })
        for (const bytes of given) {
          const read = shelf.decode(bytes, bytesMax)
          if (read.ok) expect(read.sealed).toEqual({ of: bytes })
          else expect(read).toEqual(decode(bytes, bytesMax))
        }
      }),
    )
  })
})
