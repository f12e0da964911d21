import { connect } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'

const probeMsMax = 2_000

/** Whether anything takes a TCP connection at an address, whatever it speaks. Never rejects. */
export function accepts(address: string): Promise<boolean> {
  const parts = multiaddr(address).getComponents()
  const host = parts.find(({ name }) => /^(ip4|ip6|dns|dns4|dns6)$/.test(name))?.value
  const port = Number(parts.find(({ name }) => name === 'tcp')?.value)
  if (host === undefined || !Number.isInteger(port)) return Promise.resolve(false)
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: probeMsMax })
    const end = (accepted: boolean) => (): void => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}
