import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { ownAddressesOf } from '../../node/libp2p/address.js'

const relay = '12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq'
const self = '12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5'
const through = (place: string): string => `${place}/p2p/${relay}/p2p-circuit`
const direct = ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.7/tcp/1'].map((place) => `${place}/p2p/${self}`)
const relayed = ['/ip4/127.0.0.1/tcp/2', '/ip6/::1/tcp/2', '/ip4/192.0.2.7/tcp/2'].map(through)
const host = {
  getMultiaddrs: () => [...direct, ...relayed.map((address) => `${address}/p2p/${self}`)].map((a) => multiaddr(a)),
}

describe('what a node says of where it can be dialled', () => {
  it('leaves out relays on the own machine, which lead nobody else to it', () => {
    expect(ownAddressesOf(host, { local: false })).toEqual([through('/ip4/192.0.2.7/tcp/2'), direct[1], direct[0]])
  })

  it('names them where all nodes share one machine, four addresses at most', () => {
    const addresses = ownAddressesOf(host, { local: true })
    expect(addresses).toHaveLength(4)
    expect(addresses).toContain(relayed[0])
  })
})
