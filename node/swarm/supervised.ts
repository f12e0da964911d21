/** The child's side of supervision: a node that obeys the process that forked it, and ends with it. */
import { exitCodes } from '../errors.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import type { FromNode, ToNode } from './messages.js'

/** How long a node that lost its supervisor may take to close its store. */
const orphanMsMax = 3_000

export interface SupervisedOptions {
  readonly node: MarketNodeOptions
  readonly start: (options: MarketNodeOptions) => Promise<MarketNode>
}

/** Waits for the supervisor's word, runs the node by it, and resolves when the node has stopped. */
export async function runSupervised({ node: options, start }: SupervisedOptions): Promise<void> {
  let node: MarketNode | undefined
  let stopping: Promise<void> | undefined
  const stop = (withdraw: boolean): Promise<void> => {
    stopping ??= (async () => node?.stop({ withdraw }))()
    return stopping
  }
  // A terminal interrupts the whole group; the supervisor decides what that means for its nodes.
  process.on('SIGINT', () => {})
  await new Promise<void>((resolve, reject) => {
    const end = (withdraw: boolean): void => void stop(withdraw).then(resolve, reject)
    process.on('SIGTERM', () => end(true))
    process.on('disconnect', () => {
      setTimeout(() => process.exit(exitCodes.failed), orphanMsMax).unref()
      end(false)
    })
    process.on('message', (message) => {
      const order = message as ToNode
      switch (order.type) {
        case 'start': {
          const bootstrap = [...options.bootstrap, ...order.bootstrap]
          void startTold(start, { ...options, bootstrap }, reject).then((started) => {
            node = started
            tell({ type: 'ready', peerId: started.peerId, addresses: started.addresses() })
          }, reject)
          return
        }
        case 'trade':
          node?.trade()
          return
        case 'status':
          if (node !== undefined) tell({ type: 'status', request: order.request, status: node.status() })
          return
        case 'contents':
          void node?.contents().then((contents) => tell({ type: 'contents', request: order.request, contents }), reject)
          return
        case 'stop':
          end(order.withdraw)
          return
        default:
          order satisfies never
      }
    })
    tell({ type: 'loaded' })
  }).catch((error: Error) => {
    tell({ type: 'failed', message: error.message })
    throw error
  })
  if (process.connected) process.disconnect()
}

async function startTold(
  start: SupervisedOptions['start'],
  options: MarketNodeOptions,
  fail: (error: Error) => void,
): Promise<MarketNode> {
  const node = await start(options)
  node.onFact((fact) => tell({ type: 'fact', fact }))
  node.onFailure(fail)
  return node
}

function tell(message: FromNode): void {
  if (process.connected) process.send?.(message, () => {})
}
