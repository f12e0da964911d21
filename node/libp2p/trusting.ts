import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Listener } from '@libp2p/interface'

type Addressing = Pick<CircuitRelayTransportComponents, 'events' | 'addressManager'>
const yearMs = 31_536_000_000

/**
 * libp2p keeps a public address to itself until several peers have dialled it back. A bootstrap peer is run where it can be dialled, and has
 * no peers before it says where that is; a node without a network has nobody who would dial it back. For them the public addresses of this
 * machine's own interfaces count at once.
 */
export const trusting = ({ events, addressManager }: Addressing) => {
  const trust = ({ detail: listener }: CustomEvent<Listener>): void => {
    for (const address of listener.getAddrs())
      addressManager.confirmObservedAddr(address, { type: 'transport', ttl: yearMs })
  }
  return {
    [Symbol.toStringTag]: 'overage/trusting',
    // Before anything listens: that begins when all services have started.
    start: () => events.addEventListener('transport:listening', trust),
    stop: () => events.removeEventListener('transport:listening', trust),
  }
}
