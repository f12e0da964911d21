import { resolve } from 'node:path'
import type { Person } from '../../src/sim/population.js'
import type { Death, Member } from './member.js'
import type { SwarmRecord } from './record.js'

export const roleOf = ({ sells, wants }: Person): 'seller' | 'buyer' | 'both' =>
  sells === undefined ? 'buyer' : wants === undefined ? 'seller' : 'both'

/** What `swarm.json` says of each node. */
export function nodeRecordsOf(
  members: readonly Member[],
  {
    deaths,
    capture,
    ended,
  }: { readonly deaths: readonly Death[]; readonly capture: string | undefined; readonly ended: boolean },
): SwarmRecord['nodes'] {
  const reasons = new Map(deaths.map(({ name, reason }) => [name, reason]))
  return members.map(({ desk, node }) => ({
    name: node.name,
    role: roleOf(desk.person),
    peerId: node.peerId,
    addresses: [...node.addresses],
    pid: node.pid,
    folder: resolve(desk.folder),
    config: resolve(desk.config),
    log: resolve(desk.log),
    trace: desk.trace === undefined ? null : resolve(desk.trace),
    capture: capture === undefined ? null : resolve(capture),
    api: (!ended && !reasons.has(node.name) && node.api) || null,
    death: reasons.get(node.name) ?? null,
  }))
}
