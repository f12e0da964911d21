/** How far a study is: a line on a terminal, a line for each tenth in a pipe. */
import type { SimulationOptions } from '../../src/sim/options.js'
import { counted, seconds } from '../format.js'
import { LiveLine, type ProgressOutput } from '../live-line.js'

export interface StudyProgressOptions {
  readonly name: string
  /** Runs that are to be made. */
  readonly runs: readonly SimulationOptions[]
  /** Runs that were there already. */
  readonly kept: number
  readonly output: ProgressOutput
}

/** A market takes time roughly in proportion to its buyers times the offers that each hears of. */
export const weightOf = ({ buyers, sellers, shards, shardsHeard }: SimulationOptions): number =>
  buyers * (100 + (sellers * shardsHeard) / shards)

export class StudyProgress {
  readonly #options: StudyProgressOptions
  readonly #line: LiveLine
  readonly #started = performance.now()
  readonly #total: number
  #doneWeight = 0
  #done = 0
  #tenths = 0

  constructor(options: StudyProgressOptions) {
    this.#options = options
    this.#line = new LiveLine(options.output)
    this.#total = options.runs.reduce((sum, run) => sum + weightOf(run), 0)
  }

  finished(run: SimulationOptions): void {
    this.#done += 1
    this.#doneWeight += weightOf(run)
    const { runs } = this.#options
    const tenths = Math.floor((10 * this.#done) / runs.length)
    if (tenths === this.#tenths) return
    this.#tenths = tenths
    if (!this.#line.live) this.#line.say(this.#parts().join('   '))
  }

  show(): void {
    this.#line.show(this.#parts())
  }

  end(): void {
    this.#line.end()
  }

  #parts(): readonly string[] {
    const { name, runs, kept } = this.#options
    const elapsed = performance.now() - this.#started
    const left = this.#done === 0 ? 'unknown' : seconds((elapsed * (this.#total - this.#doneWeight)) / this.#doneWeight)
    return [
      name,
      `${this.#done}/${counted(runs.length, 'run')}`,
      ...(kept === 0 ? [] : [`${kept} kept from before`]),
      seconds(elapsed),
      `left ${left}`,
    ]
  }
}
