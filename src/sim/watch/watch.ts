/**
 * An observer of every step of every node, that reports a broken law the moment it is broken. It shares nothing with the
 * agents but the formats of messages and records: it follows what arrives, what is sent and what is saved, keeps books of
 * its own, and computes anew what the agents should have done.
 */
import type { Command, ParticipantStatus } from '../../agent/agent.js'
import type { Rules } from '../../agent/rules.js'
import type { PeerId, Verifier } from '../../ports/signer.js'
import type { StoreContents } from '../../ports/store.js'
import type { Millis } from '../../units.js'
import type { Violation } from '../laws.js'
import { BuyerLaws } from './buyer-laws.js'
import { Deadlines } from './deadlines.js'
import { SavedBeforeSent } from './saves.js'
import { SellerLaws } from './seller-laws.js'
import { Sequences } from './sequences.js'
import type { Report, Step, Watched } from './step.js'

export interface WatchOptions {
  readonly rules: Rules
  readonly verifier: Verifier
  /** What the store of a node holds; asked when the node starts, before anything of that step is saved. */
  readonly contentsOf: (id: PeerId) => StoreContents
  /** Effects that may wait in a node's driver before it takes no more messages. */
  readonly backlogMax: number
}

/** One node from one start to the next. */
interface Life {
  readonly report: Report
  /** Over all lives of the node. */
  readonly sequences: Sequences
  readonly saves: SavedBeforeSent
  readonly deadlines: Deadlines
  seller: SellerLaws | undefined
  buyer: BuyerLaws | undefined
  /** Queues beyond their bound, each told once. */
  readonly overfull: Set<string>
}

/** How often the breach of one law is told; who broke it so often broke it. */
const violationsMax = 20

export class Watch {
  readonly #options: WatchOptions
  readonly #lives = new Map<PeerId, Life>()
  readonly #violations: Violation[] = []
  #now = 0 as Millis

  constructor(options: WatchOptions) {
    this.#options = options
  }

  /** What broke, in the order in which it did; of each law the first few times. */
  get violations(): readonly Violation[] {
    return this.#violations
  }

  step(step: Step): void {
    const { person, participant, now, event, effects } = step
    const id = person.signer.id
    this.#now = now
    const life = event.type === 'start' ? this.#begin(person) : this.#lives.get(id)
    if (life === undefined) return
    if (event.type === 'command') this.#takeUp(life, id, event.command)
    const status = participant.status()
    life.deadlines.step(now, event, participant.deadline)
    life.saves.step(effects)
    life.sequences.step(effects)
    life.buyer?.step(event, effects)
    life.seller?.step({ event, effects, round: status.seller?.round ?? 0 })
    this.#checkBounds(life, status, step.backlog ?? 0)
  }

  /** Nobody is watched any longer; `running` are the nodes that still run, with the time by their own clocks. */
  end(running: readonly { readonly id: PeerId; readonly now: Millis }[]): void {
    for (const { id, now } of running) {
      this.#now = now
      this.#lives.get(id)?.deadlines.end(now)
    }
    this.#lives.clear()
  }

  #begin({ name, signer, sells, wants }: Watched): Life {
    const { rules, verifier, contentsOf } = this.#options
    const { id } = signer
    const report = this.#lives.get(id)?.report ?? this.#reportOn(name)
    const contents = contentsOf(id)
    const sequences = this.#lives.get(id)?.sequences ?? new Sequences(report)
    sequences.restart(contents)
    const common = { id, rules, verifier, contents, report }
    const life: Life = {
      report,
      sequences,
      saves: new SavedBeforeSent(contents, report),
      deadlines: new Deadlines(report),
      seller: sells || has(contents, 'seller/') ? new SellerLaws({ ...common, plan: sells }) : undefined,
      buyer: wants || has(contents, 'buyer/') ? new BuyerLaws({ ...common, plan: wants }) : undefined,
      overfull: new Set<string>(),
    }
    this.#lives.set(id, life)
    return life
  }

  /** Whoever is told to sell or to buy is bound by the laws of that side from then on. */
  #takeUp(life: Life, id: PeerId, { type }: Command): void {
    const { rules, verifier } = this.#options
    const common = { id, rules, verifier, contents: [], report: life.report }
    if (type === 'sell') life.seller ??= new SellerLaws(common)
    if (type === 'buy') life.buyer ??= new BuyerLaws(common)
  }

  #checkBounds(life: Life, { offersKnown, seller, buyer }: ParticipantStatus, backlog: number): void {
    const { viewMax, participantsMax, offersMax } = this.#options.rules
    const queues = [
      { name: 'offers', length: offersKnown, max: offersMax },
      { name: 'bids received', length: seller?.participants ?? 0, max: participantsMax },
      { name: 'awards on their way', length: seller?.unsettled ?? 0, max: participantsMax },
      { name: 'awards that lapsed', length: life.seller?.lapsed ?? 0, max: participantsMax },
      { name: 'bids that stand', length: buyer?.standing.length ?? 0, max: viewMax },
      { name: 'effects that wait', length: backlog, max: this.#options.backlogMax },
    ]
    for (const { name, length, max } of queues) {
      if (length <= max || life.overfull.has(name)) continue
      life.overfull.add(name)
      life.report('every queue keeps its bound', `${length} ${name}, at most ${max}`)
    }
  }

  #reportOn(who: string): Report {
    return (law, detail) => {
      if (this.#violations.filter((violation) => violation.law === law).length >= violationsMax) return
      this.#violations.push({ law, who, detail: `${detail}, at ${this.#now}` })
    }
  }
}

const has = (contents: StoreContents, prefix: string): boolean => contents.some(({ key }) => key.startsWith(prefix))
