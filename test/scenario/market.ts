import { sha256 } from '@noble/hashes/sha2.js'
import type { Fact } from '../../src/agent/agent.js'
import { internetRules, type Rules } from '../../src/agent/rules.js'
import { optimumOf, welfareOf } from '../../src/mechanism/measures.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import type { Signer, Verifier } from '../../src/ports/signer.js'
import { peerIdOf } from '../../src/protocol/identity.js'
import { type Violation, violationsIn } from '../../src/sim/checkers.js'
import { Prng } from '../../src/sim/prng.js'
import { type NetworkOptions, type SimulatedPerson, World, type WorldOptions } from '../../src/sim/world.js'
import { type Millis, megabytes, micros, millis, ticks } from '../../src/units.js'

/** Signs with a hash that anybody could make: enough where nobody lies, and a hundred times faster. */
export function testSigner(label: string): Signer {
  const id = peerIdOf(sha256(new TextEncoder().encode(label)))
  return { id, sign: (bytes) => markOf(id, bytes) }
}

export const testVerifier: Verifier = {
  verify: (id, bytes, signature) => {
    const mark = markOf(id, bytes)
    return signature.length === mark.length && signature.every((byte, index) => byte === mark[index])
  },
}

function markOf(id: string, bytes: Uint8Array): Uint8Array {
  const half = sha256(new Uint8Array([...new TextEncoder().encode(id), ...sha256(bytes)]))
  return new Uint8Array([...half, ...half])
}

export const calmNetwork: NetworkOptions = {
  latencyMsMin: millis(20),
  latencyMsMax: millis(200),
  lossPerMille: 0,
  duplicatePerMille: 0,
}

export interface TrialOptions {
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  readonly rules?: Rules
  readonly network?: NetworkOptions
  /** Each buyer's budget, drawn from this range of currency; default: none. */
  readonly budget?: readonly [number, number]
  readonly crashes?: WorldOptions['crashes']
}

/** A market of MECHANISM §11's reference population, supply 0.8 of demand, in virtual time. */
export class Trial {
  readonly world: World
  readonly people: readonly SimulatedPerson[]
  readonly facts: { readonly who: string; readonly fact: Fact }[] = []
  readonly random: Prng

  constructor({ seed, buyers, sellers, rules = internetRules, network = calmNetwork, budget, crashes }: TrialOptions) {
    this.random = new Prng(seed)
    this.people = populationOf({ random: this.random.fork('people'), seed, buyers, sellers, budget })
    this.world = new World({
      market: 'trial',
      rules,
      random: this.random.fork('world'),
      network,
      people: this.people,
      verifier: testVerifier,
      onFact: (who, fact) => this.facts.push({ who, fact }),
      ...(crashes !== undefined && { crashes }),
    })
  }

  /** Whether everybody is there, every offer is closed and every accept answered. */
  get ended(): boolean {
    return this.people.every(({ signer }) => {
      const { seller, buyer } = this.world.participant(signer.id).status()
      return this.world.isRunning(signer.id) && !seller?.open && !seller?.unsettled && !buyer?.unsettled
    })
  }

  /** Starts everyone and runs until the market has ended. */
  run(): void {
    this.world.startAll()
    this.finish()
  }

  finish({ elapsedMsMax = millis(600_000) }: { elapsedMsMax?: Millis } = {}): void {
    let steps = 0
    let ended = false
    this.world.runUntil(() => {
      steps += 1
      if (steps % 100 === 0) ended = this.ended
      return ended
    }, elapsedMsMax)
    // What was decided last is still on its way to the disks.
    const settledAt = this.world.elapsedMs + 1
    this.world.runUntil(() => this.world.elapsedMs >= settledAt, elapsedMsMax)
  }

  violations(): readonly Violation[] {
    const ledgers = this.people.map(({ name, signer, sells, wants }) => ({
      name,
      id: signer.id,
      sells,
      wants,
      contents: this.world.disk(signer.id),
    }))
    return violationsIn(ledgers, testVerifier)
  }

  count(type: Fact['type']): number {
    return this.facts.filter(({ fact }) => fact.type === type).length
  }

  /** Share of the optimal welfare. */
  welfareShare(): number {
    const statuses = this.people.map((person) => ({
      person,
      status: this.world.participant(person.signer.id).status(),
    }))
    const holdings = statuses.flatMap(({ person, status }) =>
      person.wants === undefined
        ? []
        : [{ valuation: valuationOf(person.wants.valuation), owned: status.buyer!.owned }],
    )
    const sales = statuses.flatMap(({ person, status }) =>
      person.sells === undefined ? [] : [{ ...person.sells, sold: status.seller!.sold }],
    )
    const nobody = holdings.map(({ valuation }) => ({ valuation, owned: megabytes(0) }))
    return welfareOf(holdings, sales) / optimumOf(nobody, sales).welfare
  }
}

interface PopulationOptions {
  readonly random: Prng
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  readonly budget: readonly [number, number] | undefined
}

function populationOf({ random, seed, buyers, sellers, budget }: PopulationOptions): SimulatedPerson[] {
  const uniform = (low: number, high: number) => low + ((high - low) * random.below(1_001)) / 1_000
  const wanting = Array.from({ length: buyers }, (_, index): SimulatedPerson => {
    const demand = Math.round(uniform(5_000, 50_000)) / 1_000
    const valuation = { kind: 'alpha-fair', demand, sigma: uniform(20, 80), alpha: uniform(0.3, 0.8) } as const
    const limit = budget === undefined ? undefined : micros(Math.round(uniform(...budget)) * 1_000_000)
    const wants = { valuation, budget: limit, strategy: 'minimal-pool' } as const
    return { name: `buyer-${index}`, signer: testSigner(`${seed} buyer ${index}`), wants }
  })
  const demand = wanting.reduce((sum, { wants }) => sum + valuationOf(wants!.valuation).demand, 0)
  const weights = Array.from({ length: sellers }, () => uniform(0.2, 1.2))
  const weight = weights.reduce((sum, value) => sum + value, 0)
  const selling = weights.map((share, index): SimulatedPerson => {
    const stock = megabytes(Math.max(1, Math.round((0.8 * demand * share) / weight)))
    const floor = ticks(Math.round(uniform(500, 2_000)))
    const sells = { stock, floor, policy: 'tracking', closesAfterMs: millis(3_600_000) } as const
    return { name: `seller-${index}`, signer: testSigner(`${seed} seller ${index}`), sells }
  })
  return [...wanting, ...selling]
}
