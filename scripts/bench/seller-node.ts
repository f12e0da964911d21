import '../../node/polyfill.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { SystemClock } from '../../node/clock-system.js'
import { composeLibp2p, type Host } from '../../node/libp2p/compose.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { LevelStore } from '../../node/store-level.js'
import { Participant } from '../../src/agent/participant.js'
import type { Rules } from '../../src/agent/rules.js'
import { byteWire } from '../../src/protocol/codec.js'
import { Driver, type DriverLimits, defaultDriverLimits } from '../../src/runtime/driver.js'
import { Prng } from '../../src/sim/prng.js'
import { megabytes, megabytesMax, millis, ticks } from '../../src/units.js'

export const market = 'bench'

export interface SellerNodeOptions {
  readonly rules: Rules
  readonly limits?: Partial<DriverLimits>
}

/** A seller as a node runs it, with a store on disk, whose stock outlasts every bench. It ends with its process. */
export interface SellerNode {
  readonly host: Host
  readonly addresses: readonly string[]
  readonly offer: string
}

/** What a bench needs to know of a seller in another process. */
export type SellerPlace = Pick<SellerNode, 'addresses' | 'offer'>

export async function startSellerNode({ rules, limits }: SellerNodeOptions): Promise<SellerNode> {
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
    limits: { ...defaultDriverLimits, ...limits },
    onFact: () => {},
    onFailure: (error) => {
      throw error
    },
  })
  const transport = new Libp2pTransport({ host, publishTopic: 'bench', listenTopics: [], receiver: driver })
  driver.attach(transport)
  await transport.start()
  driver.start()
  process.once('disconnect', async () => {
    driver.stop()
    await host.stop()
    await store.close()
    await rm(folder, { recursive: true, force: true })
    process.exit()
  })
  const { seller } = agent.status()
  if (seller === undefined) throw new Error('a seller that sells nothing')
  return { host, addresses, offer: seller.offer }
}
