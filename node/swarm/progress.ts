/** How a running swarm shows itself: one line that keeps itself up to date on a terminal, a line per phase in a pipe. */
import type { Fact } from '../../src/agent/agent.js'
import { counted, gb, seconds } from '../format.js'
import { LiveLine, type ProgressOutput } from '../live-line.js'
import type { NodeStatus } from '../market-node.js'
import type { Phase, Progress, SwarmObserver } from './swarm.js'

export interface ProgressOptions {
  readonly people: number
  readonly sellers: number
  readonly stock: number
  readonly output: ProgressOutput
}

const titles: Record<Phase, string> = {
  starting: 'starting',
  connecting: 'connecting',
  trading: 'trading',
  stopping: 'stopping',
}

export class LiveProgress implements SwarmObserver {
  readonly #options: ProgressOptions
  readonly #line: LiveLine
  readonly #started = performance.now()
  #phase: Phase = 'starting'
  #bids = 0
  #sales = 0
  #sold = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#line = new LiveLine(options.output)
  }

  phase(phase: Phase): void {
    this.#phase = phase
    if (!this.#line.live) this.#line.say(`${titles[phase]} (${this.#elapsed()})`)
  }

  fact(_name: string, fact: Fact): void {
    if (fact.type === 'bid-sent') this.#bids++
    if (fact.type === 'sold') {
      this.#sales++
      this.#sold += fact.receipt.quantity
    }
  }

  progress({ up, statuses }: Progress): void {
    if (this.#line.live) this.#line.show([titles[this.#phase], ...this.#counts(up, statuses)])
  }

  /** Leaves a line that stays. */
  say(line: string): void {
    this.#line.say(line)
  }

  /** Removes the live line. */
  end(): void {
    this.#line.end()
  }

  #counts(up: number, statuses: ReadonlyMap<string, NodeStatus>): string[] {
    const { people, sellers, stock } = this.#options
    const known = [...statuses.values()].map(({ offersKnown }) => offersKnown)
    const least = known.length === 0 ? 0 : Math.min(...known)
    return [
      `nodes ${up}/${people}`,
      `offers ${least}/${sellers}`,
      counted(this.#bids, 'bid'),
      `${counted(this.#sales, 'sale')}, ${(this.#sold / 1_000).toFixed(1)}/${gb(stock)}`,
      this.#elapsed(),
    ]
  }

  #elapsed(): string {
    return seconds(performance.now() - this.#started)
  }
}
