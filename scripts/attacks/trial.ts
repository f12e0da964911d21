/** One small market of real nodes, each a process, to its end, with an attack on all of them or without. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { PeerRefusal } from '../../node/libp2p/guard.js'
import { generateMarket } from '../../node/market-file.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { reportOf, type SwarmReport } from '../../node/swarm/outcome.js'
import { Swarm } from '../../node/swarm/swarm.js'
import type { FromAttacker, ToAttacker } from './messages.js'

export interface TrialOptions {
  readonly seed: string
  /** Undefined: nobody attacks. */
  readonly attack: string | undefined
  readonly buyers: number
  readonly sellers: number
  /** Ends every process of the trial at once. */
  readonly stopping: AbortSignal
}

export interface Trial {
  readonly rest: string
  /**
   * Of the optimum of honest people among themselves: what their purchases are worth to them, less what their sales cost them, and less
   * what went to attackers in charges, or plus what came from them.
   */
  readonly welfareShare: number
  readonly sales: number
  readonly tradeMs: number
  /** Peak resident memory of the honest process with the most, in MB; undefined where the system does not tell. */
  readonly memoryMax: number | undefined
  /** Broken laws, and nodes that died. */
  readonly failures: readonly string[]
  /** How many honest nodes refused whom and why, by the offence that was one too many. */
  readonly refusals: Readonly<Record<string, number>>
  /** Refusals of honest nodes by honest nodes: there should be none. */
  readonly wronged: number
  /** What the attacker did, by what it is. */
  readonly did: Readonly<Record<string, number>>
}

/** How long an attack runs before trading starts. */
const headStartMs = 2_000
const timeLimitMs = 180_000

/** Rejects when `stopping` aborts; nothing of the trial is left then. */
export async function runTrial({ seed, attack, buyers, sellers, stopping }: TrialOptions): Promise<Trial> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-attack-'))
  const market = generateMarket({ seed, buyers, sellers, supplyRatio: 0.8 })
  const options = {
    market,
    seed,
    folder,
    trace: undefined,
    isolate: 'process',
    patienceMs: 60_000,
    timeLimitMs,
  } as const
  const swarm = new Swarm(options, { phase() {}, progress() {}, fact() {} })
  let attacker: Attacker | undefined
  const abort = (): void => {
    attacker?.kill()
    swarm.kill()
  }
  stopping.addEventListener('abort', abort)
  try {
    await swarm.launch()
    const targets = swarm.members.flatMap(({ node }) => node.addresses.slice(0, 1))
    if (attack !== undefined) {
      attacker = new Attacker()
      await attacker.start(attack, { market: market.market, targets })
      await pause(headStartMs)
    }
    stopping.throwIfAborted()
    const began = performance.now()
    const rest = await swarm.trade()
    const tradeMs = performance.now() - began
    const did = (await attacker?.end()) ?? {}
    const memories = await Promise.all(swarm.members.map(({ node }) => memoryOf(node.pid)))
    const ledgers = (await swarm.ledgers()).map(({ member: { desk, node }, contents }) => ({
      person: desk.person,
      peerId: node.peerId,
      contents,
      status: swarm.statuses.get(node.name),
    }))
    const course = { market, seed, isolate: 'process', rest, startMs: 0, tradeMs }
    const report = reportOf({ ...course, ledgers, deaths: swarm.deaths, verifier: ed25519Verifier })
    const refused = (await Promise.all(swarm.members.map(({ desk }) => refusalsIn(desk.log)))).flat()
    const honest = new Set(swarm.members.map(({ node }) => node.peerId))
    const known = memories.filter((memory) => memory !== undefined)
    return {
      rest,
      welfareShare: (report.welfare + transfersOf(report)) / report.optimum,
      sales: report.sales.length,
      tradeMs,
      memoryMax: known.length > 0 ? Math.max(...known) : undefined,
      failures: [
        ...report.violations
          .filter(({ detail }) => !isOfOutsider(detail, honest))
          .map(({ law, who, detail }) => `${law}: ${who}, ${detail}`),
        ...swarm.deaths.map(({ name, reason }) => `${name} died: ${reason}`),
      ],
      refusals: countsOf(refused.map(({ offence }) => offence)),
      wronged: refused.filter(({ peer }) => honest.has(peer)).length,
      did,
    }
  } finally {
    stopping.removeEventListener('abort', abort)
    attacker?.kill()
    await swarm.stop().catch(() => swarm.kill())
    await rm(folder, { recursive: true, force: true })
  }
}

/** What honest people got from outsiders, less what they paid them, in micros. */
function transfersOf({ nodes }: SwarmReport): number {
  return nodes.reduce((sum, { sells, wants }) => sum + (sells?.revenue ?? 0) - (wants?.charges ?? 0), 0)
}

/** Whether a law is said to be broken by somebody whose store nobody looked into: honest people go by their names. */
function isOfOutsider(detail: string, honest: ReadonlySet<string>): boolean {
  return (detail.match(/\b12D3KooW\w{44}\b/g) ?? []).some((peer) => !honest.has(peer))
}

/** Whom a node refused, as its log says. */
async function refusalsIn(log: string): Promise<readonly Pick<PeerRefusal, 'peer' | 'offence'>[]> {
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('a peer is refused'))
  return lines.map((line) => (JSON.parse(line) as { readonly refusal: PeerRefusal }).refusal)
}

function countsOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** The most memory that a process ever had, in MB. */
async function memoryOf(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]
  return peak === undefined ? undefined : Number(peak) / 1_024
}

class Attacker {
  readonly #process: ChildProcess = fork(fileURLToPath(new URL('./attacker.js', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })

  async start(attack: string, options: Extract<ToAttacker, { type: 'start' }>['options']): Promise<void> {
    this.#process.send({ type: 'start', attack, options } satisfies ToAttacker)
    await this.#told('started')
  }

  /** Ends it; returns what it did. */
  async end(): Promise<Readonly<Record<string, number>>> {
    if (!this.#process.connected) return { 'the attacker died': 1 }
    this.#process.send({ type: 'end' } satisfies ToAttacker)
    const told = await Promise.race([this.#told('did'), pause(20_000)])
    return told?.type === 'did' ? told.did : {}
  }

  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #told(type: FromAttacker['type']): Promise<FromAttacker> {
    return new Promise((resolve, reject) => {
      this.#process.on('message', (message: FromAttacker) => {
        if (message.type === type) resolve(message)
      })
      this.#process.once('exit', () => reject(new Error('the attacker ended by itself')))
    })
  }
}
