/** What a running node says of itself, as a person reads it. */
import { describe, expect, it } from 'vitest'
import type { StatusView } from '../../../node/api/schemas.js'
import { networkViewOf } from '../../../node/api/views.js'
import { printStatus } from '../../../node/report-node.js'

const count = { messages: 0, bytes: 0 }
const status: StatusView = {
  name: 'ann',
  market: 'lab',
  peerId: '12D3KooWann',
  addresses: [],
  startedAt: 0,
  epsilon: 1,
  peers: 3,
  meshPeers: 2,
  reach: 'relay',
  network: null,
  offersKnown: 12,
  sync: { peers: 3, underWay: false, last: { told: 3, failed: 0, taken: 12 } },
  selling: null,
  buying: null,
  traffic: { gossip: { out: count, in: count, duplicates: 0 }, direct: { out: count, in: count } },
  backlog: 0,
}
const id = 'ab'.repeat(32)
const network = networkViewOf(
  {
    network: id,
    role: 'person',
    dials: [
      { address: '/ip4/192.0.2.7/tcp/4001', failure: { type: 'refused', text: 'nothing listens there' } },
      { address: '/ip4/192.0.2.8/tcp/4001', failure: undefined },
    ],
    acquaintances: [
      { peer: 'a', via: 'bootstrap', verdict: { type: 'member', serves: [] } },
      { peer: 'b', via: 'inbound', verdict: { type: 'member', serves: [] } },
      { peer: 'c', via: 'inbound', verdict: { type: 'silent', reason: 'no answer' } },
      { peer: 'd', via: 'inbound', verdict: { type: 'other-version', version: 2 } },
    ],
    clock: { offsetMs: 1_200, uncertaintyMs: 4, peers: 2 },
  },
  'lab',
)

describe('overage status', () => {
  it('counts whom it met by what they turned out to be', () => {
    expect(network).toMatchObject({ id, name: 'lab', role: 'person', members: 2, silent: 1, strangers: 1 })
  })

  it('says which network it is in, with whom, how far its clock is off, and which bootstrap peers are missing', () => {
    const lines = printStatus({ ...status, network }, 60_000).split('\n')
    expect(lines).toContain('runs     60 s; 3 peers, 2 in the mesh; 12 offers known, in sync with 3 peers')
    expect(lines).toContain(
      'network  abababababab; 2 members, 1 peer of other networks turned away; dialled through a relay',
    )
    expect(lines).toContain('clock    1.2 s behind, against the median of 2 peers (± 0.004 s)')
    expect(lines.filter((line) => line.startsWith('missing'))).toEqual([
      'missing  /ip4/192.0.2.7/tcp/4001: nothing listens there',
    ])
  })

  it('says that there is none where the market is known by its name alone', () => {
    expect(printStatus(status, 0)).toContain('network  none, by the name of its market alone')
  })
})
