/** The child's side of supervision: a node that obeys the process that forked it, and ends with it. */
import type { ApiAddress } from '../api/address.js'
import type { Api } from '../api/serve.js'
import { exitCodes } from '../errors.js'
import type { Links } from '../libp2p/links.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import { confinedNetwork } from '../network.js'
import { startProblemOf } from '../start-problem.js'
import type { FromNode, StartOrder, ToNode } from './messages.js'

/** How long a node that lost its supervisor may take to close its store. */
const orphanMsMax = 3_000

export interface SupervisedOptions {
  readonly node: MarketNodeOptions
  readonly start: (options: MarketNodeOptions) => Promise<MarketNode>
  /** Where its local API listens; undefined: it has none. */
  readonly api?: ApiAddress | undefined
}

/** Waits for the supervisor's orders, runs the node by them, and resolves when the node has stopped. */
export async function runSupervised(options: SupervisedOptions): Promise<void> {
  // A terminal interrupts the whole group; the supervisor decides what that means for its nodes.
  process.on('SIGINT', () => {})
  await new Promise<void>((resolve) => {
    const supervised = new SupervisedNode(options, resolve)
    process.on('SIGTERM', () => supervised.end(true))
    process.on('disconnect', () => {
      setTimeout(() => process.exit(exitCodes.failed), orphanMsMax).unref()
      supervised.end(false)
    })
    process.on('message', (order) => supervised.obey(order as ToNode))
    tell({ type: 'loaded' })
  })
  if (process.connected) process.disconnect()
}

class SupervisedNode {
  readonly #options: SupervisedOptions
  readonly #ended: () => void
  #starting: Promise<MarketNode> | undefined
  #node: MarketNode | undefined
  #links: Links | undefined
  #api: Api | undefined
  #ending = false

  constructor(options: SupervisedOptions, ended: () => void) {
    this.#options = options
    this.#ended = ended
  }

  obey(order: ToNode): void {
    switch (order.type) {
      case 'start':
        this.#starting ??= this.#start(order)
        this.#starting.catch(fail)
        return
      case 'links':
        this.#links?.set(order.table)
        return
      case 'trade':
        this.#node?.trade()
        return
      case 'status':
        if (this.#node !== undefined) tell({ type: 'status', request: order.request, status: this.#node.status() })
        return
      case 'contents':
        this.#node
          ?.contents()
          .then((contents) => tell({ type: 'contents', request: order.request, contents }))
          .catch(fail)
        return
      case 'stop':
        this.end(order.withdraw)
        return
      default:
        order satisfies never
    }
  }

  /** Stops the node, also one that is still starting. Safe to call again. */
  end(withdraw: boolean): void {
    if (this.#ending) return
    this.#ending = true
    const stopped = this.#starting?.then((node) => this.#stop(node, withdraw)) ?? Promise.resolve()
    stopped.then(this.#ended).catch(fail)
  }

  async #start({ bootstrap, network, links }: StartOrder): Promise<MarketNode> {
    const { node: options, start, api: address } = this.#options
    // Nothing of it is loaded by a node that is not under such a test.
    this.#links = links && new (await import('../libp2p/links.js')).Links(links)
    const node = await start({
      ...options,
      bootstrap: [...options.bootstrap, ...bootstrap],
      ...(network !== undefined && { network: confinedNetwork(network) }),
      ...(this.#links !== undefined && { links: this.#links }),
    })
    this.#node = node
    node.onFact((fact) => tell({ type: 'fact', fact }))
    node.onFailure(fail)
    // Nothing of the API's code is loaded by a node without one.
    if (address !== undefined)
      this.#api = await (await import('../api/serve.js')).serveApi(node, { ...options, address, dashboard: false })
    const api = this.#api && { url: this.#api.url, token: this.#api.tokenFile }
    tell({ type: 'ready', peerId: node.peerId, addresses: node.addresses(), api })
    return node
  }

  async #stop(node: MarketNode, withdraw: boolean): Promise<void> {
    await this.#api?.close()
    await node.stop({ withdraw })
  }
}

/** Says why, then ends the process: a node that failed must not linger with its sockets open. */
function fail(error: Error): void {
  tell({ type: 'failed', message: startProblemOf(error) }, () => process.exit(exitCodes.nodeDidNotStart))
}

function tell(message: FromNode, told: () => void = () => {}): void {
  if (process.connected && process.send !== undefined) process.send(message, told)
  else told()
}
