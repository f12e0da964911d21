/** Makes nodes of desks: each in a process of its own, or all in this one. */
import type { NetworkId } from '../../src/protocol/hello.js'
import { openLog } from '../log.js'
import type { Market } from '../market-file.js'
import { confinedNetwork } from '../network.js'
import { ChildNode } from './child.js'
import type { Isolation } from './flags.js'
import type { NodeHandle } from './handle.js'
import { startInProcess } from './in-process.js'
import type { Wires } from './wires.js'
import type { Desk } from './workspace.js'

export interface LauncherOptions {
  readonly market: Market
  readonly isolate: Isolation
  /** How long a node may take to load, start, answer or stop. */
  readonly patienceMs: number
  readonly capture: string | undefined
  readonly api: boolean
  /** The network that a node says it belongs to; undefined: none. */
  readonly networkOf: (name: string) => NetworkId | undefined
  /** What lies between nodes that have processes of their own; undefined: nothing ever does. */
  readonly wires: Wires | undefined
}

/** Starts a node that is ready to, telling it of peers. */
export type Starter = (bootstrap: readonly string[]) => Promise<NodeHandle>

export class Launcher {
  readonly #options: LauncherOptions
  readonly #children = new Set<ChildNode>()
  #cancelled = false

  constructor(options: LauncherOptions) {
    this.#options = options
  }

  /** Gets a node as far as it comes without the others. @throws NodeStartError naming it. */
  prepare(desk: Desk): Promise<Starter> {
    return this.#options.isolate === 'process' ? this.#child(desk) : this.#inProcess(desk)
  }

  /** Starts nothing more. */
  cancel(): void {
    this.#cancelled = true
  }

  /** Ends every process at once but those of `spared`; synchronous. */
  kill(spared: ReadonlySet<NodeHandle> = new Set()): void {
    for (const child of this.#children) if (!spared.has(child)) child.kill()
  }

  /** Ends the process of one node at once. False when it has none. */
  killOne(node: NodeHandle): boolean {
    const child = [...this.#children].find((one) => one === node)
    child?.kill()
    return child !== undefined
  }

  /** Tells every process how its links are. */
  rewire(): void {
    const { wires } = this.#options
    for (const child of this.#children) if (wires !== undefined) child.link(wires.tableOf(child.name))
  }

  async #child({ person, config, log }: Desk): Promise<Starter> {
    this.#assertWanted()
    const { patienceMs, networkOf, wires } = this.#options
    const { name } = person
    const network = networkOf(name)
    const child = new ChildNode({ name, config, logFile: log, patienceMs })
    this.#children.add(child)
    await child.loaded()
    return async (bootstrap) => {
      const links = wires && { seed: `${wires.seed} ${name}`, table: wires.tableOf(name) }
      await child.start({ bootstrap, network, links })
      return child
    }
  }

  async #inProcess({ person, folder, log, trace, identitySeed }: Desk): Promise<Starter> {
    const { startMarketNode } = await import('../market-node.js')
    this.#assertWanted()
    const { market, capture, networkOf, api } = this.#options
    const network = networkOf(person.name)
    const node = {
      ...person,
      folder,
      market: market.market,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      local: true,
      identitySeed,
      rules: market.rules,
      log: openLog(log, { level: 'info', node: person.name }),
      ...(trace !== undefined && { trace }),
      ...(capture !== undefined && { capture }),
      ...(network !== undefined && { network: confinedNetwork(network) }),
    }
    return (bootstrap) => startInProcess({ node: { ...node, bootstrap }, logFile: log, start: startMarketNode, api })
  }

  #assertWanted(): void {
    if (this.#cancelled) throw new Error('the swarm was stopped')
  }
}
