/** One line on a terminal that keeps itself up to date; nothing at all where nobody looks. */
import pc from 'picocolors'

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Where progress goes: a terminal, or whatever takes its place. */
export type ProgressOutput = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'> & { write(text: string): unknown }

export class LiveLine {
  readonly #output: ProgressOutput
  #drawn = false
  #frame = 0

  constructor(output: ProgressOutput) {
    this.#output = output
  }

  get live(): boolean {
    return this.#output.isTTY === true
  }

  show(parts: readonly string[]): void {
    if (!this.live) return
    this.#frame++
    const line = `${spinner[this.#frame % spinner.length]} ${parts.join('   ')}`
    this.end()
    this.#output.write(pc.dim(line.slice(0, (this.#output.columns ?? 80) - 1)))
    this.#drawn = true
  }

  /** Leaves a line that stays. */
  say(line: string): void {
    this.end()
    this.#output.write(`${line}\n`)
  }

  /** Removes the live line. */
  end(): void {
    if (this.#drawn) this.#output.write('\r\x1b[2K')
    this.#drawn = false
  }
}
