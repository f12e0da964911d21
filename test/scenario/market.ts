import type { Fact } from '../../src/agent/agent.js'
import { internetRules, type Rules } from '../../src/agent/rules.js'
import { optimumOf, welfareOf } from '../../src/mechanism/measures.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { defaultDriverLimits } from '../../src/runtime/driver.js'
import { type Violation, violationsIn } from '../../src/sim/checkers.js'
import { internetNetwork, type NetworkOptions } from '../../src/sim/network.js'
import { populationOf, referencePopulation } from '../../src/sim/population.js'
import { Prng } from '../../src/sim/prng.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { Watch } from '../../src/sim/watch/watch.js'
import { sharedByteWire } from '../../src/sim/wire.js'
import { type SimulatedPerson, World, type WorldOptions } from '../../src/sim/world.js'
import { type Millis, megabytes, millis } from '../../src/units.js'

export const calmNetwork: NetworkOptions = { ...internetNetwork, lossPerMille: 0 }

export interface TrialOptions {
  readonly seed: string
  readonly buyers: number
  readonly sellers: number
  readonly rules?: Rules
  readonly network?: NetworkOptions
  /** Each buyer's budget, drawn from this range of currency; default: none. */
  readonly budget?: readonly [number, number]
  readonly crashes?: WorldOptions['crashes']
  readonly onTrace?: WorldOptions['onTrace']
}

/** A market of MECHANISM §11's reference population, supply 0.8 of demand, in virtual time. */
export class Trial {
  readonly world: World
  readonly people: readonly SimulatedPerson[]
  readonly facts: { readonly who: string; readonly fact: Fact }[] = []
  readonly random: Prng
  readonly #watch: Watch

  constructor(options: TrialOptions) {
    const { seed, buyers, sellers, rules = internetRules, network = calmNetwork, budget, crashes, onTrace } = options
    this.random = new Prng(seed)
    const population = budget === undefined ? referencePopulation : { ...referencePopulation, budget }
    const closesAfterMs = millis(3_600_000)
    this.people = populationOf({ seed, buyers, sellers, supplyRatio: 0.8, population, closesAfterMs }).map(
      (person) => ({
        ...person,
        signer: simulatedSigner(`${seed} ${person.name}`),
      }),
    )
    this.#watch = new Watch({
      rules,
      verifier: simulatedVerifier,
      contentsOf: (id) => this.world.disk(id),
      backlogMax: defaultDriverLimits.backlogMax,
    })
    this.world = new World({
      market: 'trial',
      rules,
      random: this.random.fork('world'),
      network,
      people: this.people,
      verifier: simulatedVerifier,
      wire: sharedByteWire(),
      onFact: (who, fact) => this.facts.push({ who, fact }),
      onStep: (step) => this.#watch.step(step),
      ...(crashes !== undefined && { crashes }),
      ...(onTrace !== undefined && { onTrace }),
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

  /** Every law broken at any step, or by what the stores hold at the end. */
  violations(): readonly Violation[] {
    const running = this.people.filter(({ signer }) => this.world.isRunning(signer.id))
    this.#watch.end(running.map(({ signer }) => ({ id: signer.id, now: this.world.now })))
    const ledgers = this.people.map(({ name, signer, sells, wants }) => ({
      name,
      id: signer.id,
      sells,
      wants,
      contents: this.world.disk(signer.id),
    }))
    return [...this.#watch.violations, ...violationsIn(ledgers, simulatedVerifier)]
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
