/** `overage testnet bootstrap`: a peer that others find first. It trades nothing; it introduces, relays, and tells what it heard. */
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import type { Json } from '../../src/ports/store.js'
import { addressesMax, loadConfig } from '../config.js'
import { counted } from '../format.js'
import { compareReach, peerNamedBy, reachOfAddress } from '../libp2p/address.js'
import type { MarketNode } from '../market-node.js'
import { nodeOptionsOf } from '../node-options.js'
import { runForPerson } from '../run-node.js'
import { type Bundle, bundleAsWritten, shortId } from './bundle.js'
import { saveBundle } from './bundle-file.js'
import { readBundle } from './bundle-source.js'
import { assertFree, claim } from './join.js'
import { announcedIn, inNetwork, networkIn } from './join-config.js'
import { stepOutput } from './steps.js'

/** As the command line has them. */
export interface BootstrapFlags {
  readonly bundle: string
  readonly listen: string
  readonly announce?: string
  readonly folder?: string
  readonly write?: boolean
  readonly multicast?: boolean
  readonly local?: boolean
  readonly api?: string
  readonly logLevel?: string
  readonly json?: boolean
}

export async function runBootstrap(flags: BootstrapFlags): Promise<void> {
  const steps = stepOutput(flags.json === true, (text) => void process.stdout.write(text))
  const bundle = await readBundle(flags.bundle)
  const folder = flags.folder ?? join('.overage', `bootstrap-${bundle.agreement.market}`)
  const { listen, api, local, logLevel } = flags
  const given = { name: 'bootstrap', folder, listen, api, local, 'log-level': logLevel }
  const config = inNetwork(await loadConfig({ file: undefined, environment: {}, flags: given }), bundle)
  const network = { ...networkIn(bundle, flags), role: 'bootstrap' as const, announce: announcedIn(flags.announce) }
  await assertFree(folder, bundle)
  await claim(folder, bundle)
  await runForPerson(config, {
    options: { ...nodeOptionsOf(config), network },
    bundle: bundleAsWritten(bundle),
    say: steps.say,
    onStarted: async (node) => {
      const text = `${bundle.agreement.market}, ${shortId(bundle.id)}: trades nothing, introduces, relays, tells offers it heard`
      steps.show({ step: 'network', outcome: 'ok', text, data: { network: bundle.id, peerId: node.peerId } })
      const addresses = addressesToGive(node)
      steps.show({
        step: 'addresses',
        outcome: addresses.length > 0 ? 'ok' : 'note',
        text:
          addresses.length > 0
            ? 'for the bundle, those that reach furthest'
            : 'none: nobody can dial it; --announce says where',
        more: addresses,
        data: { addresses },
      })
      if (flags.write) await writeInto(flags.bundle, addresses, node.peerId).then((written) => steps.show(written))
    },
  })
}

/** Those that reach furthest, and no others: an address of this machine alone is of no use beyond it. */
function addressesToGive(node: MarketNode): readonly string[] {
  const addresses = node
    .addresses()
    .map((address) => multiaddr(address))
    .sort(compareReach)
  const [furthest] = addresses
  if (furthest === undefined) return []
  return addresses.filter((address) => reachOfAddress(address) === reachOfAddress(furthest)).map(String)
}

/** The file as it is now, with this peer's addresses in the place of those that it had before. */
async function writeInto(file: string, addresses: readonly string[], peer: string) {
  const bundle: Bundle = await readBundle(file)
  const others = bundle.bootstrap.filter((address) => peerNamedBy(multiaddr(address)) !== peer)
  const bootstrap = [...others, ...addresses].slice(0, addressesMax)
  await saveBundle(file, { ...bundle, bootstrap })
  const text = `${file} now names ${counted(new Set(bootstrap.map((a) => a.split('/p2p/').at(-1))).size, 'bootstrap peer')}`
  return { step: 'written', outcome: 'ok', text, data: { file, bootstrap } as { [field: string]: Json } } as const
}
