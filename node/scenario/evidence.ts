/** What an expectation is held against: what the nodes say over their APIs, their stores, their captures, their logs, and the system. */
import { readFile } from 'node:fs/promises'
import { findingsOf } from '../../src/inspect/expectation.js'
import type { OffersView } from '../api/schemas.js'
import { measuredAsWritten } from '../inspect/report.js'
import { residentMegabytes } from '../processes.js'
import { ed25519Verifier } from '../signer-ed25519.js'
import { reportOf } from '../swarm/outcome.js'
import type { Member, Swarm } from '../swarm/swarm.js'
import { statisticsIn } from './gossip.js'
import type { Scenario } from './read.js'
import type { Expectation } from './schema.js'

export interface Situation {
  readonly scenario: Scenario
  readonly swarm: Swarm
  /** Whether trading has come to rest. */
  readonly atRest: () => boolean
  readonly attackers: ReadonlySet<string>
  /** Nodes that are stopped for now, and cannot answer. */
  readonly paused: ReadonlySet<string>
  /** Where the nodes capture what they see of the gossip, if they do. */
  readonly captures: string | undefined
  /** When each step that has a name was done; microseconds. */
  readonly doneUs: ReadonlyMap<string, number>
}

/** What was expected and did not hold, with what was seen instead. */
export interface Miss {
  readonly expected: string
  readonly seen: string
}

/** Everything expected that does not hold now; empty when all does. */
export async function missesOf(expectation: Expectation, situation: Situation): Promise<readonly Miss[]> {
  const { swarm, paused } = situation
  const dead = new Set(swarm.deaths.map(({ name }) => name))
  const meant = swarm.members.filter(({ node }) => isMeant(expectation, node.name))
  const running = meant.filter(({ node }) => !dead.has(node.name) && !paused.has(node.name))
  const misses: Miss[] = []
  const miss = (expected: string, seen: string): void => void misses.push({ expected, seen })
  if (expectation.rest && !situation.atRest()) miss('the market at rest', unrest(swarm))
  if (expectation.offers !== undefined || expectation.sameOffers) await missingOffers(expectation, running, miss)
  if (expectation.receipts !== undefined || expectation.welfare !== undefined)
    await missingTrade(expectation, situation, miss)
  if (expectation.memoryMb !== undefined) await missingMemory(expectation.memoryMb, running, miss)
  if (expectation.refuses !== undefined) {
    const { desk } = swarm.members.find(({ node }) => node.name === expectation.refuses)!
    if (!(await refusedIn(desk.log)).some((peer) => situation.attackers.has(peer)))
      miss(`${expectation.refuses} refuses an attacker`, 'it refuses none')
  }
  // Read last: it is the dearest, and what is read of a market that still moves would be read again.
  if (expectation.stats !== undefined && misses.length === 0) await missingStats(expectation, situation, miss)
  return misses
}

type Note = (expected: string, seen: string) => void

const isMeant = ({ among }: Expectation, name: string): boolean => among === undefined || among.includes(name)

async function missingOffers({ offers, sameOffers }: Expectation, running: readonly Member[], miss: Note) {
  const books = await Promise.all(
    running.map(async (member) => ({ name: member.node.name, open: await openOffers(member) })),
  )
  const few = books.filter(({ open }) => open.length < (offers ?? 0))
  if (few.length > 0)
    miss(`${offers} open offers in every book`, few.map(({ name, open }) => `${name} ${open.length}`).join(', '))
  const [first, ...others] = books
  const odd = others.filter(({ open }) => open.join() !== first?.open.join())
  if (sameOffers && odd.length > 0)
    miss('the same open offers everywhere', `${odd.map(({ name }) => name).join(', ')} differ from ${first?.name}`)
}

async function openOffers({ node: { api } }: Member): Promise<readonly string[]> {
  if (api === undefined) return []
  const authorization = `Bearer ${(await readFile(api.token, 'utf8')).trim()}`
  const signal = AbortSignal.timeout(5_000)
  const answer = await fetch(`${api.url}/v1/offers`, { headers: { authorization }, signal }).catch(() => undefined)
  const { offers = [] } = ((await answer?.json().catch(() => undefined)) ?? {}) as Partial<OffersView>
  return offers.map(({ offer }) => offer).sort()
}

async function missingTrade(expectation: Expectation, { swarm, scenario }: Situation, miss: Note) {
  const { receipts, welfare, among } = expectation
  const ledgers = (await swarm.ledgers())
    .map(({ member: { desk, node }, contents }) => ({
      person: desk.person,
      peerId: node.peerId,
      contents,
      status: swarm.statuses.get(node.name),
    }))
    .filter(({ person }) => isMeant(expectation, person.name))
  const { market, seed } = scenario
  const course = { rest: 'at rest', startMs: 0, tradeMs: 0, isolate: 'process' } as const
  const report = reportOf({ ...course, market, seed, ledgers, deaths: swarm.deaths, verifier: ed25519Verifier })
  if (receipts !== undefined) {
    const sales = report.sales.filter(({ buyer }) => isMeant(expectation, buyer))
    const whose = among === undefined ? '' : ` among ${among.join(', ')}`
    if (sales.length < receipts) miss(`${receipts} receipts${whose}`, `${sales.length}`)
    for (const { law, who, detail } of report.violations) miss(law, `${who}: ${detail}`)
  }
  if (welfare !== undefined && report.welfareShare < welfare)
    miss(`${welfare} of the optimal welfare`, report.welfareShare.toFixed(3))
}

async function missingMemory(most: number, running: readonly Member[], miss: Note): Promise<void> {
  for (const { node } of running) {
    const resident = node.pid === undefined ? undefined : await residentMegabytes(node.pid)
    if (resident === undefined) miss(`${node.name} below ${most} MB`, 'this system does not tell')
    else if (resident > most) miss(`${node.name} below ${most} MB`, `${Math.round(resident)} MB`)
  }
}

async function missingStats({ stats = [], since }: Expectation, { captures, doneUs }: Situation, miss: Note) {
  const sinceUs = since === undefined ? 0 : (doneUs.get(since) ?? 0)
  // What a node has just begun to write cannot be read yet.
  const statistics = await statisticsIn(captures!, sinceUs).catch((error: Error) => error)
  if (statistics instanceof Error) {
    miss(stats.map(({ text }) => text).join(', '), statistics.message)
    return
  }
  for (const finding of findingsOf(stats, statistics))
    if (!finding.holds) miss(finding.expectation.text, measuredAsWritten(finding))
}

/** Peers that a node's log says it refused. */
async function refusedIn(log: string): Promise<readonly string[]> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text.split('\n').flatMap((line) => {
    if (!line.includes('"refusal"')) return []
    try {
      return [(JSON.parse(line) as { readonly refusal: { readonly peer: string } }).refusal.peer]
    } catch {
      // The line that is just being written.
      return []
    }
  })
}

function unrest(swarm: Swarm): string {
  const busy = swarm.members.filter(({ node }) => {
    const { seller, buyer } = swarm.statuses.get(node.name) ?? {}
    return seller?.open || (seller?.unsettled ?? 0) > 0 || (buyer?.unsettled ?? 0) > 0
  })
  return busy.length === 0 ? 'not yet' : `${busy.map(({ node }) => node.name).join(', ')} not`
}
