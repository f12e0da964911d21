/** Run by `memory.ts` in a process of its own: everything impure that a node has. */
import '../../node/polyfill.js'
import { SystemClock } from '../../node/clock-system.js'
import { loadIdentity } from '../../node/identity.js'
import { composeLibp2p } from '../../node/libp2p/compose.js'
import { Discovery } from '../../node/libp2p/discovery.js'
import { OfferSync } from '../../node/libp2p/offer-sync.js'
import { Libp2pTransport } from '../../node/libp2p/transport.js'
import { LevelStore } from '../../node/store-level.js'
import { benchTopic } from './hosts.js'
import { printResidentSet } from './settle.js'

const folder = process.argv[2] as string
const store = await LevelStore.open(`${folder}/store`)
const host = await composeLibp2p({
  privateKey: await loadIdentity(folder),
  listen: ['/ip4/127.0.0.1/tcp/0'],
  local: true,
  topics: [benchTopic],
})
const transport = new Libp2pTransport({
  host,
  publishTopic: benchTopic,
  listenTopics: [benchTopic],
  receiver: { gossip: () => 'accept', direct: () => {}, undelivered: () => {} },
})
const sync = new OfferSync({
  host,
  market: 'bench',
  codec: {
    encodeRequest: () => new Uint8Array(0),
    decodeRequest: () => undefined,
    encodePage: () => new Uint8Array(0),
    decodePage: () => undefined,
  },
  page: () => ({ offers: [], next: '' }),
  receive: () => 'accept',
})
const discovery = new Discovery({ host, bootstrap: [] })
await transport.start()
await sync.start()
discovery.start()
const clock = new SystemClock()
store.write([{ key: 'started', value: clock.now() }], { sync: true }, () => {})
await printResidentSet()
await discovery.stop()
await sync.stop()
await transport.stop()
await host.stop()
await store.close()
