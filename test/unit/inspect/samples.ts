/** Events as a tap tells them, for tests. */
import type { AuctionEvent, InspectEvent, OfferSummary, RpcEvent } from '../../../src/inspect/event.js'

export const ann = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
export const ben = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
export const topic = 'overage/1/demo/offers/0'
export const messageId = 'ab'.repeat(32)
export const noonUs = 1_700_000_000_000_000

export const offer: OfferSummary = {
  offer: `${ann}/1`,
  sequence: 7,
  status: 'open',
  stock: 5_000,
  reserve: 8_000,
  issuedAt: noonUs / 1_000 - 40,
  expiresAt: noonUs / 1_000 + 120_000,
}

export const rpc: RpcEvent = {
  type: 'rpc',
  n: 1,
  at: noonUs,
  node: ben,
  dir: 'in',
  peer: ann,
  bytes: 700,
  messages: [{ topic, id: messageId, bytes: 640, offer }],
}

export const bid: AuctionEvent = {
  type: 'auction',
  n: 2,
  at: noonUs + 1,
  node: ann,
  dir: 'in',
  peer: ben,
  bytes: 190,
  message: { type: 'bid', offer: `${ann}/1`, buyer: ben, sequence: 2, quantity: 8_000, price: 9_500 },
}

/** One of every type. */
export const everyEvent: readonly InspectEvent[] = [
  rpc,
  bid,
  { ...rpc, n: 3, dir: 'out', peer: ben, messages: [{ topic: 'other', id: 'cd'.repeat(32), bytes: 12 }] },
  {
    type: 'rpc',
    n: 4,
    at: noonUs,
    node: ann,
    dir: 'out',
    peer: ben,
    bytes: 91,
    subscriptions: [{ topic, subscribe: true }],
    ihave: [{ topic, ids: [messageId] }],
    iwant: [messageId],
    graft: [topic],
    prune: [{ topic, backoff: 60, reason: 'excess' }],
    idontwant: [messageId],
  },
  { type: 'publish', n: 5, at: noonUs, node: ann, topic, id: messageId, bytes: 640, offer },
  { type: 'verdict', n: 6, at: noonUs, node: ben, verdict: 'delivered', peer: ann, topic, id: messageId },
  {
    type: 'verdict',
    n: 7,
    at: noonUs,
    node: ben,
    verdict: 'ignored',
    peer: ann,
    topic,
    id: messageId,
    code: 'stale-sequence',
  },
  { type: 'mesh', n: 8, at: noonUs, node: ann, change: 'graft', peer: ben, topic },
  { type: 'score', n: 9, at: noonUs, node: ann, peer: ben, score: -12, was: 0, penalties: ['graft-backoff'] },
  { type: 'peer', n: 10, at: noonUs, node: ann, change: 'connected', peer: ben },
  {
    type: 'sync',
    n: 11,
    at: noonUs,
    node: ann,
    dir: 'out',
    peer: ben,
    asked: 'offers',
    bytes: 5_000,
    offers: [{ offer: `${ann}/1`, sequence: 7 }],
  },
  { type: 'lost', n: 12, at: noonUs, node: ann, events: 40 },
]
