import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerGuard } from './guard.js'

export interface GaterOptions {
  readonly guard: Pick<PeerGuard, 'isRefused'> | undefined
  /** Connections that strangers may hold to this node from one address; undefined: any number. */
  readonly perAddressMax: number | undefined
  /** Connections of one peer: two when both dialled at once, and one that is being closed. */
  readonly perPeerMax: number
  /** What stands now, once there is a host to ask. */
  readonly standing: () => readonly Standing[]
}

export interface Standing {
  readonly remotePeer: { toString(): string }
  readonly remoteAddr: Multiaddr
  readonly direction: 'inbound' | 'outbound'
}

/** Decides who may connect: nobody who is refused, and no more from one place, or as one peer, than there is use for. */
export function gaterOf({ guard, perAddressMax, perPeerMax, standing }: GaterOptions): ConnectionGater {
  const isRefused = (peer: { toString(): string }): boolean => guard?.isRefused(peer.toString()) ?? false
  const isCrowded = ({ remoteAddr }: MultiaddrConnection): boolean => {
    if (perAddressMax === undefined) return false
    const place = hostOf(remoteAddr)
    const same = standing().filter((one) => one.direction === 'inbound' && hostOf(one.remoteAddr) === place)
    return same.length >= perAddressMax
  }
  const hasEnough = (peer: { toString(): string }): boolean =>
    standing().filter(({ remotePeer }) => remotePeer.toString() === peer.toString()).length >= perPeerMax
  return {
    denyDialPeer: isRefused,
    denyInboundConnection: isCrowded,
    denyInboundEncryptedConnection: (peer) => isRefused(peer) || hasEnough(peer),
    denyOutboundEncryptedConnection: isRefused,
  }
}

/** The first part of an address, an IP address as a rule. */
const hostOf = (address: Multiaddr): string => address.getComponents()[0]?.value ?? ''
