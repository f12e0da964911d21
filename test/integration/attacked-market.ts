/** A market of real nodes in this process, in a folder of its own, for tests in which strangers misbehave. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type MarketNode, type MarketNodeOptions, startMarketNode } from '../../node/market-node.js'
import { lanRules, type Rules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'

export class AttackedMarket {
  readonly name: string
  readonly #rules: Rules
  readonly #nodes: MarketNode[] = []
  #folder = ''

  constructor(name: string, rules: Partial<Rules> = {}) {
    this.name = name
    this.#rules = { ...lanRules, idleMsMax: millis(60_000), ...rules }
  }

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), `overage-${this.name}-`))
  }

  get folder(): string {
    return this.#folder
  }

  /** Stops every node, and forgets what they had. */
  async close(): Promise<void> {
    for (const node of this.#nodes.splice(0)) await node.stop({ withdraw: false })
    await rm(this.#folder, { recursive: true })
  }

  /** A node that knows those started before, unless told otherwise. */
  async start(name: string, options: Partial<MarketNodeOptions> = {}): Promise<MarketNode> {
    const node = await startMarketNode({
      name,
      folder: join(this.#folder, name),
      market: this.name,
      listen: ['/ip4/127.0.0.1/tcp/0'],
      local: true,
      rules: this.#rules,
      bootstrap: this.#nodes.flatMap((known) => known.addresses()),
      log: pino({ level: 'silent' }),
      ...options,
    })
    this.#nodes.push(node)
    return node
  }
}

/** Resolves when `node` holds a receipt. */
export const bought = (node: MarketNode): Promise<void> =>
  new Promise((resolve) => node.onFact(({ type }) => void (type === 'bought' && resolve())))
