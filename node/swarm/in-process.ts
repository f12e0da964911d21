import { NodeStartError } from '../errors.js'
import type { MarketNode, MarketNodeOptions } from '../market-node.js'
import { startProblemOf } from '../start-problem.js'
import type { NodeHandle } from './handle.js'

export interface InProcessOptions {
  readonly node: MarketNodeOptions
  /** Where its log is, for errors. */
  readonly logFile: string
  readonly start: (options: MarketNodeOptions) => Promise<MarketNode>
  /** Whether it has a local API. */
  readonly api: boolean
}

/** Any free port, for this machine alone. */
const address = { host: '127.0.0.1', port: 0 }

/** Starts a node inside this process: cheap enough for hundreds. @throws NodeStartError naming it. */
export async function startInProcess({ node: options, logFile, start, api }: InProcessOptions): Promise<NodeHandle> {
  const node = await start(options).catch((cause: unknown) => {
    throw new NodeStartError(`${options.name} did not start: ${startProblemOf(cause)}`, {
      advice: `its log is ${logFile}`,
      cause,
    })
  })
  const served = api
    ? await (await import('../api/serve.js')).serveApi(node, { ...options, address, dashboard: false })
    : undefined
  const stop = async (how: { readonly withdraw: boolean }): Promise<void> => {
    await served?.close()
    await node.stop(how)
  }
  let stopped: Promise<void> | undefined
  return {
    name: options.name,
    peerId: node.peerId,
    addresses: node.addresses(),
    pid: undefined,
    api: served && { url: served.url, token: served.tokenFile },
    trade: () => node.trade(),
    status: async () => node.status(),
    onFact: (listener) => node.onFact(listener),
    onDeath: (listener) => node.onFailure((error) => listener(`${options.name} cannot go on: ${error.message}`)),
    contents: () => node.contents(),
    stop: (how) => {
      stopped ??= stop(how)
      return stopped
    },
  }
}
