import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { transportLimits } from '../../node/libp2p/transport.js'
import { transportCompliance } from '../compliance/transport.js'
import { startSwarm, stopAll, until } from './swarm.js'

transportCompliance('libp2p', async (receivers) => {
  const nodes = await startSwarm(receivers.length, (index) => ({ receiver: receivers[index]! }))
  return {
    nodes,
    directBytesMax: transportLimits.directBytesMax,
    stranger: peerIdFromPrivateKey(await generateKeyPair('Ed25519')).toString(),
    until,
    stop: () => stopAll(nodes),
  }
})
