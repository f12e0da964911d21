/** A seller in a process of its own, with a bare echo beside its auction on the same node: the far side of `quote.ts`. */
import '../../node/polyfill.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { SystemClock } from '../../node/clock-system.js'
import { composeLibp2p } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { LevelStore } from '../../node/store-level.js'
import { Participant } from '../../src/agent/participant.js'
import { lanRules } from '../../src/agent/rules.js'
import { byteWire } from '../../src/protocol/codec.js'
import { Driver, defaultDriverLimits } from '../../src/runtime/driver.js'
import { Prng } from '../../src/sim/prng.js'
import { megabytes, megabytesMax, millis, ticks } from '../../src/units.js'
import { serveEcho } from './hosts.js'

export const echoProtocol = '/overage-bench/echo/1.0.0'
export const market = 'bench'
/** The bench is one peer that does nothing but bid. */
const unlimited = { perSecond: 1_000_000, burst: 1_000_000, peersMax: 16 }

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-bench-'))
  const privateKey = await generateKeyPair('Ed25519')
  const signer = signerOf(privateKey)
  const host = await composeLibp2p({ privateKey, listen: ['/ip4/127.0.0.1/tcp/0'], local: true, topics: [] })
  const store = await LevelStore.open(folder)
  const addresses = host.getMultiaddrs().map(String)
  const sells = {
    stock: megabytes(megabytesMax),
    floor: ticks(1),
    policy: 'fixed',
    closesAfterMs: millis(3_600_000),
  } as const
  // Rounds longer than the bench, so that nothing but the answers to bids is measured.
  const rules = { ...lanRules, roundMs: millis(3_600_000), idleMsMax: millis(3_600_000) }
  const agent = new Participant({
    signer,
    verifier: ed25519Verifier,
    market,
    rules,
    random: new Prng('bench'),
    addresses,
    sells,
    restored: [],
  })
  const driver = new Driver({
    agent,
    market,
    wire: byteWire,
    signer,
    verifier: ed25519Verifier,
    clock: new SystemClock(),
    store,
    limits: { ...defaultDriverLimits, direct: unlimited },
    onFact: () => {},
    onFailure: (error) => {
      throw error
    },
  })
  const transport = new Libp2pTransport({ host, publishTopic: 'bench', listenTopics: [], receiver: driver })
  driver.attach(transport)
  await transport.start()
  driver.start()
  await serveEcho(host, echoProtocol)
  process.send?.({ addresses, offer: agent.status().seller?.offer })
  process.once('disconnect', async () => {
    driver.stop()
    await host.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
    process.exit()
  })
}

if (process.send !== undefined) await main()
