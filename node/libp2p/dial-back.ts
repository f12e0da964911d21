import { type AutoNATComponents, type AutoNATServiceInit, autoNAT } from '@libp2p/autonat'

/**
 * AutoNAT that dials back in earnest. As it comes, a peer that is asked to check an address is given the connection on which it
 * was asked instead of a new one, finds that it leads elsewhere, and closes it: a node with a public address would lose every peer that
 * it asks, again and again, and never learn that it can be dialled.
 */
export const dialBack = (init: AutoNATServiceInit) => {
  const make = autoNAT(init)
  return (components: AutoNATComponents) => make(withNewConnections(components))
}

/** The same components, but for a connection manager that never hands out a connection that stands already. */
function withNewConnections(components: AutoNATComponents): AutoNATComponents {
  const { connectionManager } = components
  const anew = new Proxy(connectionManager, {
    get(target, name) {
      if (name === 'openConnection') {
        const open: typeof target.openConnection = (peer, options) =>
          target.openConnection(peer, { ...options, force: true })
        return open
      }
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return new Proxy(components, {
    get: (target, name) => (name === 'connectionManager' ? anew : Reflect.get(target, name, target)),
  })
}
