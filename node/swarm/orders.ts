/** What other programs may tell a running swarm, between its API and the swarm itself. */

import type { Controlled } from './control.js'
import type { SwarmView } from './control-schemas.js'
import { roleOf } from './node-records.js'
import type { SwarmReport } from './outcome.js'
import { nameOf } from './record.js'
import type { SwarmRequest } from './request.js'
import type { Swarm } from './swarm.js'

export class Orders {
  readonly #finished: Promise<SwarmReport | undefined>
  readonly #stopping: Promise<void>
  #finish: (report: SwarmReport | undefined) => void = () => {}
  #stop: () => void = () => {}

  constructor() {
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve
    })
    this.#stopping = new Promise((resolve) => {
      this.#stop = resolve
    })
  }

  /** Resolves when the swarm is told to stop. */
  get stopping(): Promise<void> {
    return this.#stopping
  }

  /** Nothing runs any more; `report` is what there is to say. What is said first counts. */
  done(report: SwarmReport | undefined): void {
    this.#finish(report)
  }

  to(swarm: Swarm, request: Pick<SwarmRequest, 'folder' | 'market' | 'isolate'>): Controlled {
    return {
      view: async () => {
        await swarm.ask()
        return viewOf(swarm, request)
      },
      stop: () => {
        swarm.tellToStop()
        this.#stop()
        return this.#finished
      },
      add: async (person) => (await swarm.add(person)).node.peerId,
      end: (name) => swarm.end(name),
    }
  }
}

function viewOf(
  swarm: Swarm,
  { folder, market, isolate }: Pick<SwarmRequest, 'folder' | 'market' | 'isolate'>,
): SwarmView {
  const deaths = new Map(swarm.deaths.map((death) => [death.name, death]))
  return {
    name: nameOf(folder),
    market: market.market,
    phase: swarm.phase,
    isolate,
    startedAt: swarm.startedAt,
    nodes: swarm.members.map(({ desk: { person }, node }) => {
      const { seller, buyer, peers } = swarm.statuses.get(node.name) ?? {}
      return {
        name: node.name,
        role: roleOf(person),
        peerId: node.peerId,
        pid: node.pid ?? null,
        peers: peers ?? null,
        sold: person.sells === undefined ? null : (seller?.sold ?? 0),
        bought: person.wants === undefined ? null : (buyer?.owned ?? 0),
        open: seller?.open ?? false,
        unsettled: (seller?.unsettled ?? 0) + (buyer?.unsettled ?? 0),
        death: deaths.get(node.name)?.reason ?? null,
        killed: deaths.get(node.name)?.killed ?? false,
      }
    }),
  }
}
