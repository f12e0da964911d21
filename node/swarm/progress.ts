/** How a running swarm shows itself: one line that keeps itself up to date on a terminal, a line per phase in a pipe. */
import pc from 'picocolors'
import type { Fact } from '../../src/agent/agent.js'
import { counted, gb, seconds } from '../format.js'
import type { NodeStatus } from '../market-node.js'
import type { Phase, Progress, SwarmObserver } from './swarm.js'

export interface ProgressOptions {
  readonly people: number
  readonly sellers: number
  readonly stock: number
  readonly output: NodeJS.WriteStream
}

const titles: Record<Phase, string> = {
  starting: 'starting',
  connecting: 'connecting',
  trading: 'trading',
  stopping: 'stopping',
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export class LiveProgress implements SwarmObserver {
  readonly #options: ProgressOptions
  readonly #live: boolean
  readonly #started = performance.now()
  #phase: Phase = 'starting'
  #drawn = false
  #frame = 0
  #bids = 0
  #sales = 0
  #sold = 0

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#live = options.output.isTTY === true
  }

  phase(phase: Phase): void {
    this.#phase = phase
    if (!this.#live) this.#write(`${titles[phase]} (${this.#elapsed()})\n`)
  }

  fact(_name: string, fact: Fact): void {
    if (fact.type === 'bid-sent') this.#bids++
    if (fact.type === 'sold') {
      this.#sales++
      this.#sold += fact.receipt.quantity
    }
  }

  progress({ up, statuses }: Progress): void {
    if (!this.#live) return
    this.#frame++
    const line = [`${spinner[this.#frame % spinner.length]} ${titles[this.#phase]}`, ...this.#counts(up, statuses)]
    this.#erase()
    this.#write(cut(line.join('   '), (this.#options.output.columns ?? 80) - 1))
    this.#drawn = true
  }

  /** Leaves a line that stays. */
  say(line: string): void {
    this.#erase()
    this.#write(`${line}\n`)
  }

  /** Removes the live line. */
  end(): void {
    this.#erase()
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

  #erase(): void {
    if (this.#drawn) this.#write('\r\x1b[2K')
    this.#drawn = false
  }

  #write(text: string): void {
    this.#options.output.write(text)
  }
}

const cut = (text: string, width: number): string => pc.dim(text.length <= width ? text : text.slice(0, width))
