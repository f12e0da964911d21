import type { NodeConfig } from './config.js'
import { openLog } from './log.js'
import type { MarketNodeOptions } from './market-node.js'

/** What a configuration says of the node itself, its log opened. */
export function nodeOptionsOf({ log, api: _, ...node }: NodeConfig): MarketNodeOptions {
  return { ...node, log: openLog(log.file, { level: log.level, node: node.name }) }
}
