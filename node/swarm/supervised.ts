/** The child's side of supervision: a node that obeys the process that forked it, and ends with it. */

import type { Api } from '../api/serve.js'
import { exitCodes } from '../errors.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import { startProblemOf } from '../start-problem.js'
import type { FromNode, ToNode } from './messages.js'

/** How long a node that lost its supervisor may take to close its store. */
const orphanMsMax = 3_000

export interface SupervisedOptions {
  readonly node: MarketNodeOptions
  readonly start: (options: MarketNodeOptions) => Promise<MarketNode>
  /** Begins to answer for the node; absent: it has no API. */
  readonly serve?: ((node: MarketNode) => Promise<Api>) | undefined
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
  #api: Api | undefined
  #ending = false

  constructor(options: SupervisedOptions, ended: () => void) {
    this.#options = options
    this.#ended = ended
  }

  obey(order: ToNode): void {
    switch (order.type) {
      case 'start':
        this.#starting ??= this.#start(order.bootstrap)
        this.#starting.catch(fail)
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
    const stop = async (node: MarketNode): Promise<void> => {
      await this.#api?.close()
      await node.stop({ withdraw })
    }
    const stopped = this.#starting?.then(stop) ?? Promise.resolve()
    stopped.then(this.#ended).catch(fail)
  }

  async #start(bootstrap: readonly string[]): Promise<MarketNode> {
    const { node: options, start, serve } = this.#options
    const node = await start({ ...options, bootstrap: [...options.bootstrap, ...bootstrap] })
    this.#node = node
    node.onFact((fact) => tell({ type: 'fact', fact }))
    node.onFailure(fail)
    this.#api = await serve?.(node)
    tell({ type: 'ready', peerId: node.peerId, addresses: node.addresses() })
    return node
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
