/** One small market of real nodes, each a process, to its end, with an attack on all of them or without. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { generateMarket } from '../../node/market-file.js'
import { ed25519Verifier } from '../../node/signer-ed25519.js'
import { reportOf } from '../../node/swarm/outcome.js'
import { Swarm } from '../../node/swarm/swarm.js'
import type { FromAttacker, ToAttacker } from './messages.js'

export interface TrialOptions {
  readonly seed: string
  /** Undefined: nobody attacks. */
  readonly attack: string | undefined
  readonly buyers: number
  readonly sellers: number
}

export interface Trial {
  readonly rest: string
  /** Of the optimum. */
  readonly welfareShare: number
  readonly sales: number
  readonly tradeMs: number
  /** Of the honest node with the most, in MB; undefined where the system does not tell. */
  readonly memoryMax: number | undefined
  /** Broken laws, and nodes that died. */
  readonly failures: readonly string[]
  /** What the attacker did, by what it is. */
  readonly did: Readonly<Record<string, number>>
}

/** How long an attack runs before trading starts. */
const headStartMs = 2_000
const timeLimitMs = 180_000

export async function runTrial({ seed, attack, buyers, sellers }: TrialOptions): Promise<Trial> {
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
  try {
    await swarm.launch()
    const targets = swarm.members.flatMap(({ node }) => node.addresses.slice(0, 1))
    if (attack !== undefined) {
      attacker = new Attacker()
      await attacker.start(attack, { market: market.market, targets })
      await pause(headStartMs)
    }
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
    const known = memories.filter((memory) => memory !== undefined)
    return {
      rest,
      welfareShare: report.welfareShare,
      sales: report.sales.length,
      tradeMs,
      memoryMax: known.length > 0 ? Math.max(...known) : undefined,
      failures: [
        ...report.violations.map(({ law, who, detail }) => `${law}: ${who}, ${detail}`),
        ...swarm.deaths.map(({ name, reason }) => `${name} died: ${reason}`),
      ],
      did,
    }
  } finally {
    attacker?.kill()
    await swarm.stop().catch(() => swarm.kill())
    await rm(folder, { recursive: true, force: true })
  }
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
