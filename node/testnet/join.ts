/** `overage join`: from a bundle to a node that trades, step by step, and what went wrong where it does not. */
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeConfig } from '../config.js'
import { UsageError } from '../errors.js'
import { seconds } from '../format.js'
import type { MarketNode } from '../market-node.js'
import { nodeOptionsOf } from '../node-options.js'
import { runForPerson } from '../run-node.js'
import { type Bundle, bundleAsWritten, shortId } from './bundle.js'
import { saveBundle } from './bundle-file.js'
import { readBundle } from './bundle-source.js'
import { bundleFileOf, inNetwork, type JoinFlags, networkIn, personConfig, waitIn } from './join-config.js'
import { type StepOutput, stepOutput } from './steps.js'
import { welcome } from './welcome.js'

export async function joinTestnet(source: string | undefined, flags: JoinFlags): Promise<void> {
  const steps = stepOutput(flags.json === true, (text) => void process.stdout.write(text))
  const person = await personConfig(flags)
  const waitMs = waitIn(flags.wait ?? '15s')
  const bundle = await bundleFor(person.folder, source, flags.tokenFile)
  const { market, currency } = bundle.agreement
  steps.show({
    step: 'bundle',
    outcome: 'ok',
    text: `market ${market} in ${currency}, network ${shortId(bundle.id)}, bootstrap at ${bundle.bootstrap.length} ${bundle.bootstrap.length === 1 ? 'address' : 'addresses'}`,
    data: { market, network: bundle.id },
  })
  const isNew = !(await exists(join(person.folder, 'identity.key')))
  await assertFree(person.folder, bundle)
  const config = inNetwork(person, bundle)
  const network = networkIn(bundle, flags)
  await runForPerson(config, {
    options: { ...nodeOptionsOf(config), network },
    bundle: bundleAsWritten(bundle),
    say: steps.say,
    onStarted: async (node) => {
      showIdentity(steps, { node, config, isNew })
      await welcome(node, { steps, bundle, waitMs, anyClock: flags.anyClock === true })
      // Not before: a bundle that led nowhere must not tie the folder to itself.
      await claim(person.folder, bundle)
      tellFirstBid(steps, node)
    },
  })
}

/** The bundle that is named, or else the one of the folder's last run. */
async function bundleFor(folder: string, source: string | undefined, tokenFile?: string): Promise<Bundle> {
  const kept = bundleFileOf(folder)
  if (source !== undefined) return readBundle(source, tokenFile)
  if (await exists(kept)) return readBundle(kept)
  throw new UsageError('no bundle: say which network to join', {
    advice: 'for example: overage join lab.testnet.json; after the first time the name alone is enough',
  })
}

/**
 * A folder holds one node of one network: what was bid and sold in one means nothing in another.
 * @throws UsageError when it belongs to another.
 */
export async function assertFree(folder: string, { id }: Bundle): Promise<void> {
  const file = bundleFileOf(folder)
  if (!(await exists(file))) return
  const kept = await readBundle(file)
  if (kept.id === id) return
  const theirs = `${shortId(kept.id)} (market ${kept.agreement.market})`
  throw new UsageError(`${folder} belongs to network ${theirs}, not to ${shortId(id)}`, {
    advice: 'join under another --name, or keep this network in another --folder',
  })
}

/** Ties a folder to a network. */
export async function claim(folder: string, bundle: Bundle): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await saveBundle(bundleFileOf(folder), bundle)
}

interface Identified {
  readonly node: MarketNode
  readonly config: NodeConfig
  readonly isNew: boolean
}

function showIdentity(steps: StepOutput, { node, config, isNew }: Identified): void {
  const { folder } = config
  const text = `${node.peerId} ${isNew ? `made now, kept in ${folder}` : `from ${folder}`}`
  steps.show({ step: 'identity', outcome: 'ok', text, data: { peerId: node.peerId, folder, new: isNew } })
}

function tellFirstBid(steps: StepOutput, node: MarketNode): void {
  let isFirst = true
  node.onFact((fact) => {
    steps.tell({ fact: fact.type })
    if (fact.type !== 'bid-sent' || !isFirst) return
    isFirst = false
    const ms = Math.round(performance.now())
    steps.say(`first bid ${seconds(ms)} after the command began`)
    steps.tell({ step: 'first-bid', ms })
  })
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
