import type { AgentEvent } from '../../agent/agent.js'
import type { Millis } from '../../units.js'
import type { Report } from './step.js'

/** A few things may be due at one time, one leading to another; more is an agent that spins. */
const wakesAtOnceMax = 10
/** A node's clock may round a moment of true time by so much. */
const lateMsMax = 1

/** The laws of time in one life of one node: it is woken when it asked to be, and does not ask again at once for ever. */
export class Deadlines {
  readonly #report: Report
  #deadline: Millis | undefined
  #wokenAt = -1
  #wakes = 0

  constructor(report: Report) {
    this.#report = report
  }

  /** `deadline`: as it stands after the step. */
  step(now: Millis, event: AgentEvent, deadline: Millis | undefined): void {
    this.#expectNone(now)
    this.#deadline = deadline
    if (event.type !== 'wake') return
    this.#wakes = now === this.#wokenAt ? this.#wakes + 1 : 1
    this.#wokenAt = now
    if (this.#wakes === wakesAtOnceMax + 1) this.#report('no node spins', `${this.#wakes} wakes at ${now}`)
  }

  /** The node was watched until `now`, and still runs. */
  end(now: Millis): void {
    this.#expectNone(now)
  }

  #expectNone(now: Millis): void {
    if (this.#deadline === undefined || this.#deadline + lateMsMax >= now) return
    this.#report('no deadline is starved', `due at ${this.#deadline}, it is ${now}`)
  }
}
