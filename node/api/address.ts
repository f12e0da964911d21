/** Where a node's API listens, as people write it: `127.0.0.1:7700`, `[::1]:0`, or `off`. */
import { isIP, isIPv4 } from 'node:net'

export interface ApiAddress {
  /** An IP address: a name could come to mean another address while nobody looks. */
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
}

/** The address that `text` names, or undefined where it names none. */
export function apiAddressIn(text: string): ApiAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const host = plain === 'localhost' ? '127.0.0.1' : (bracketed ?? plain)
  const port = Number(digits)
  if (host === undefined || isIP(host) === 0 || port > 65_535) return undefined
  return (bracketed === undefined) === isIPv4(host) ? { host, port } : undefined
}

/** As it stands in a URL. */
export const authorityOf = ({ host, port }: ApiAddress): string => `${isIPv4(host) ? host : `[${host}]`}:${port}`

/** Whether only programs on this machine reach `host`. */
export const isLoopback = (host: string): boolean => host === '::1' || (isIPv4(host) && host.startsWith('127.'))
