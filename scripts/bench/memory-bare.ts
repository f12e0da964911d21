/** Run by `memory.ts` in a process of its own: what everybody pays who gossips over libp2p. */
import '../../node/polyfill.js'
import { gossipsub } from '@chainsafe/libp2p-gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { printResidentSet } from './settle.js'

const host = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), pubsub: gossipsub() },
})
host.services.pubsub.subscribe('bench')
await printResidentSet()
await host.stop()
