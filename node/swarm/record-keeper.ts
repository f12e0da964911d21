/** Keeps `swarm.json`, and the bundle beside it, as the swarm stands (docs/swarm.md). */
import { resolve } from 'node:path'
import type { Market } from '../market-file.js'
import { type Bundle, bundleOf } from '../testnet/bundle.js'
import { saveBundle } from '../testnet/bundle-file.js'
import type { Death, Member } from './member.js'
import { nodeRecordsOf } from './node-records.js'
import { type ApiPlace, nameOf, newRecord, type SwarmRecord, writeRecord } from './record.js'
import { bootstrapPeers, isDoor } from './wiring.js'

export interface RecordKeeperOptions {
  readonly folder: string
  readonly seed: string
  readonly market: Market
  readonly capture?: string | undefined
  /** The network that others on this machine can join; undefined: they cannot. */
  readonly network: Bundle | undefined
}

/** What changes while a swarm runs. */
export interface SwarmState {
  readonly state: SwarmRecord['state']
  readonly members: readonly Member[]
  readonly deaths: readonly Death[]
  readonly api: ApiPlace | undefined
}

export class RecordKeeper {
  readonly #options: RecordKeeperOptions
  readonly startedAt = Date.now()
  #written: Promise<void> = Promise.resolve()

  constructor(options: RecordKeeperOptions) {
    this.#options = options
  }

  /** Resolves when it is on disk. One after the other: the last written is the last that was true. */
  write({ state, members, deaths, api }: SwarmState): Promise<void> {
    const ended = state === 'ended'
    const nodes = nodeRecordsOf(members, { deaths, capture: this.#options.capture, ended })
    const dead = new Set(deaths.map(({ name }) => name))
    const living = members.filter(({ node }) => !dead.has(node.name))
    this.#written = this.#written.then(async () => {
      const record: SwarmRecord = {
        ...newRecord(this.#options),
        startedAt: this.startedAt,
        nodes,
        state,
        bundle: this.#options.network && nodes.length > 0 ? await this.#writeBundle(living) : null,
        ...(ended && { pid: null, endedAt: Date.now() }),
        api: ended || api === undefined ? null : { url: api.url, token: api.token },
      }
      await writeRecord(this.#options.folder, record)
    })
    return this.#written
  }

  /** The bundle with which others on this machine join; returns its file. */
  async #writeBundle(living: readonly Member[]): Promise<string> {
    const { folder, market, network } = this.#options
    const file = resolve(folder, `${nameOf(folder)}.testnet.json`)
    const bootstrap = living
      .filter(({ node }) => isDoor(market, node.name))
      .slice(-bootstrapPeers)
      .flatMap(({ node }) => node.addresses)
    await saveBundle(file, { ...network!, bootstrap })
    return file
  }
}

/** The network of a market on this machine; nobody is in it yet. */
export const networkOf = ({ market, currency, rules }: Market): Bundle =>
  bundleOf({ market, currency, rules, shards: 1, heardShards: 1, bootstrap: [] })
