/** What the page's worker answers, without the worker. */
import { describe, expect, it } from 'vitest'
import { GossipDesk } from '../../../node/dashboard/page/gossip/desk.js'
import { flightsMax, type Look, type Sight } from '../../../node/dashboard/page/gossip/sight.js'
import type { InspectEvent, OfferSummary, RpcEvent } from '../../../src/inspect/event.js'

const offer: OfferSummary = {
  offer: 'ann/1',
  sequence: 1,
  status: 'open',
  stock: 10,
  reserve: 1,
  issuedAt: 0,
  expiresAt: 9,
}
let number = 0
const seen = (node: string) => {
  number += 1
  return { n: number, at: number, node }
}
const publish = (id: string): InspectEvent => ({ type: 'publish', ...seen('ann'), topic: 't', id, bytes: 1, offer })
const delivered = (node: string, peer: string, id: string): InspectEvent => ({
  type: 'verdict',
  ...seen(node),
  verdict: 'delivered',
  peer,
  topic: 't',
  id,
})
const rpc = (dir: RpcEvent['dir'], node: string, peer: string): RpcEvent => ({
  type: 'rpc',
  ...seen(node),
  dir,
  peer,
  bytes: 1,
  messages: [{ topic: 't', id: 'x', bytes: 1 }],
})
const deskWith = (...events: readonly InspectEvent[]): GossipDesk => {
  const desk = new GossipDesk()
  for (const event of events) desk.add(event)
  return desk
}
const looked = (desk: GossipDesk, look: Omit<Look, 'known'>): Sight => desk.sightOf({ known: -1, ...look })!

describe('the desk that keeps the gossip', () => {
  it('answers with no more rows than are in sight, the newest or those that somebody reads', () => {
    const desk = deskWith(...Array.from({ length: 100 }, () => rpc('in', 'ann', 'ben')))
    const newest = looked(desk, { rows: { type: 'newest', count: 5 } })
    expect([newest.from, newest.rows.length, newest.matched]).toEqual([95, 5, 100])
    const held = looked(desk, { rows: { type: 'held', from: 10, count: 3 } })
    desk.add(rpc('in', 'ann', 'ben'))
    const later = looked(desk, { rows: { type: 'held', from: 10, count: 3 } })
    expect(later.rows).toEqual(held.rows)
    expect([later.matched, later.newer, later.seen]).toEqual([100, 1, 101])
  })

  it('says that nothing changed where nothing did', () => {
    const desk = deskWith(publish('1'))
    const { version } = looked(desk, {})
    expect(desk.sightOf({ known: version })).toBeNull()
    desk.opened(true)
    expect(desk.sightOf({ known: version })?.open).toBe(true)
  })

  it('filters by the names that it was told', () => {
    const desk = deskWith(rpc('in', 'id-of-ann', 'id-of-ben'), rpc('in', 'id-of-eve', 'id-of-ben'))
    desk.obey({ type: 'names', names: [['id-of-eve', 'eve']] })
    desk.obey({ type: 'filter', text: 'node=eve' })
    expect(looked(desk, { rows: { type: 'newest', count: 9 } }).rows.map(({ node }) => node)).toEqual(['id-of-eve'])
  })

  it('lets a message fly once where both of its ends are seen, and no more of them than can be drawn', () => {
    const desk = deskWith(rpc('out', 'ann', 'ben'))
    const flight = { from: 'ann', to: 'ben', auction: false }
    expect(looked(desk, { flights: true }).flights).toEqual([flight])
    desk.add(rpc('in', 'ben', 'ann'))
    desk.add(rpc('out', 'ann', 'ben'))
    expect(looked(desk, { flights: true }).flights).toEqual([flight])
    expect(looked(desk, { flights: true }).flights).toEqual([])
    for (let count = 0; count < 5_000; count += 1) desk.add(rpc('in', 'ben', 'ann'))
    expect(looked(desk, { flights: true }).flights).toHaveLength(flightsMax)
  })

  it('follows the first message of an offer, and not a later one', () => {
    const desk = deskWith(publish('1'), delivered('ben', 'ann', '1'), publish('2'), delivered('eve', 'ben', '2'))
    const first = looked(desk, { spreadOf: 'ann/1' }).spread?.first
    expect(first?.id).toBe('1')
    expect(first?.spread.arrivals.map(({ node }) => node)).toEqual(['ben'])
    desk.add(delivered('eve', 'ben', '1'))
    const later = looked(desk, { spreadOf: 'ann/1' }).spread?.first
    expect(later?.spread.arrivals.map(({ node }) => node)).toEqual(['ben', 'eve'])
    expect(looked(desk, { spreadOf: 'ben/1' }).spread).toEqual({ offer: 'ben/1', first: undefined })
  })

  it('knows nothing any more of a run that is over', () => {
    const desk = deskWith(publish('1'))
    looked(desk, { spreadOf: 'ann/1' })
    desk.clear()
    const { seen: count, spread } = looked(desk, { spreadOf: 'ann/1' })
    expect([count, spread?.first]).toEqual([0, undefined])
  })
})
