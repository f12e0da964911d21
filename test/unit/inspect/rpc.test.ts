/** Our reader of RPCs against gossipsub's own, and against bytes that are no RPC. */
import { RPC } from '@chainsafe/libp2p-gossipsub/message'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRpc } from '../../../src/inspect/rpc.js'

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => new Uint8Array(array))
const topics = fc.string({ maxLength: 20, unit: 'grapheme' })
const ids = fc.array(bytes, { maxLength: 3 })
const rpcs: fc.Arbitrary<RPC> = fc.record({
  subscriptions: fc.array(fc.record({ subscribe: fc.boolean(), topic: topics }), { maxLength: 3 }),
  messages: fc.array(fc.record({ data: bytes, topic: topics }), { maxLength: 3 }),
  control: fc.record({
    ihave: fc.array(fc.record({ topicID: topics, messageIDs: ids }), { maxLength: 2 }),
    iwant: fc.array(fc.record({ messageIDs: ids }), { maxLength: 2 }),
    graft: fc.array(fc.record({ topicID: topics }), { maxLength: 2 }),
    prune: fc.array(
      fc.record({
        topicID: topics,
        peers: fc.array(fc.record({ peerID: bytes }), { maxLength: 2 }),
        backoff: fc.integer({ min: 1, max: 2 ** 40 }),
      }),
      { maxLength: 2 },
    ),
    idontwant: fc.array(fc.record({ messageIDs: ids }), { maxLength: 2 }),
  }),
})

describe('the reader of RPCs', () => {
  it('reads what gossipsub wrote as it was meant', () => {
    fc.assert(
      fc.property(rpcs, (rpc) => {
        const { control, messages, subscriptions } = rpc
        expect(readRpc(RPC.encode(rpc))).toEqual({
          messages: messages.map(({ topic, data }) => ({ topic, data })),
          subscriptions: subscriptions.map(({ topic, subscribe }) => ({ topic, subscribe })),
          ihave: control!.ihave.map(({ topicID, messageIDs }) => ({ topic: topicID, ids: messageIDs })),
          iwant: control!.iwant.flatMap(({ messageIDs }) => messageIDs),
          graft: control!.graft.map(({ topicID }) => topicID),
          prune: control!.prune.map(({ topicID, peers, backoff }) => ({
            topic: topicID,
            backoff,
            peers: peers.length,
          })),
          idontwant: control!.idontwant.flatMap(({ messageIDs }) => messageIDs),
          malformed: false,
        })
      }),
    )
  })

  it('answers whatever bytes it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (frame) => {
        expect(readRpc(new Uint8Array(frame)).malformed).toBeTypeOf('boolean')
      }),
      { numRuns: 3_000 },
    )
  })

  it('keeps what came before the place where an RPC breaks off, and no more', () => {
    fc.assert(
      fc.property(rpcs, fc.nat(), (rpc, cut) => {
        const frame = RPC.encode(rpc)
        const whole = readRpc(frame)
        const part = readRpc(frame.subarray(0, cut % (frame.length + 1)))
        expect(whole.messages.slice(0, part.messages.length)).toEqual(part.messages)
        expect(whole.subscriptions.slice(0, part.subscriptions.length)).toEqual(part.subscriptions)
      }),
    )
    const broken = RPC.encode({ subscriptions: [], messages: [{ topic: 'a', data: new Uint8Array(9) }] })
    expect(readRpc(broken.subarray(0, broken.length - 3)).malformed).toBe(true)
  })
})
