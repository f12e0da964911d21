import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameShelf } from '../../../node/libp2p/frame-shelf.js'
import { MessageShelf } from '../../../node/libp2p/message-shelf.js'

describe('the shelf of frames', () => {
  it('gives back the bytes that it was given, whatever was put there and whoever overwrites them afterwards', () => {
    // Few lengths and few values: frames that only differ in some byte meet in one place.
    const frames = fc.array(fc.uint8Array({ minLength: 30, maxLength: 32, max: 2 }), { minLength: 2, maxLength: 60 })
    fc.assert(
      fc.property(frames, (given) => {
        const shelf = new FrameShelf(new MessageShelf())
        const kept = given.map((bytes) => {
          const before = [...bytes]
          const frame = shelf.keep(bytes)
          bytes.fill(0xff)
          return { before, frame }
        })
        for (const { before, frame } of kept) expect([...frame.bytes]).toEqual(before)
      }),
    )
  })

  it('keeps a frame that comes again once, and what it says with it', () => {
    const shelf = new FrameShelf(new MessageShelf())
    const frame = shelf.keep(Uint8Array.from([0x12, 3, 0x22, 1, 0x61]))
    expect(shelf.keep(Uint8Array.from([0x12, 3, 0x22, 1, 0x61]))).toBe(frame)
    expect(frame.rpc.messages).toMatchObject([{ topic: 'a', bytes: 0 }])
    expect(JSON.parse(`{${frame.rpcText}}`)).toEqual(frame.rpc)
    expect(shelf.keep(Uint8Array.from([0x12, 3, 0x22, 1, 0x62]))).not.toBe(frame)
  })
})
