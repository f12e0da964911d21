import type { Api } from '../api/serve.js'
import { NodeStartError } from '../errors.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import { startProblemOf } from '../start-problem.js'
import type { NodeHandle } from './handle.js'

export interface InProcessOptions {
  readonly node: MarketNodeOptions
  /** Where its log is, for errors. */
  readonly logFile: string
  readonly start: (options: MarketNodeOptions) => Promise<MarketNode>
  /** Begins to answer for the node; absent: it has no API. */
  readonly serve?: ((node: MarketNode) => Promise<Api>) | undefined
}

/** Starts a node inside this process: cheap enough for hundreds. @throws NodeStartError naming it. */
export async function startInProcess({ node: options, logFile, start, serve }: InProcessOptions): Promise<NodeHandle> {
  const node = await start(options).catch((cause: unknown) => {
    throw new NodeStartError(`${options.name} did not start: ${startProblemOf(cause)}`, {
      advice: `its log is ${logFile}`,
      cause,
    })
  })
  const api = await serve?.(node)
  let stopped: Promise<void> | undefined
  return {
    name: options.name,
    peerId: node.peerId,
    addresses: node.addresses(),
    pid: undefined,
    trade: () => node.trade(),
    status: async () => node.status(),
    onFact: (listener) => node.onFact(listener),
    onDeath: (listener) => node.onFailure((error) => listener(`${options.name} cannot go on: ${error.message}`)),
    contents: () => node.contents(),
    stop: (how) => {
      stopped ??= Promise.resolve(api?.close()).then(() => node.stop(how))
      return stopped
    },
  }
}
