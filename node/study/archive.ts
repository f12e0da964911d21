/** Runs that are done, a line each in a file, so that a study goes on where it stopped. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { SimulationOptions } from '../../src/sim/options.js'
import type { Figures } from '../simulation/figures.js'
import { codeDigest, optionsDigest } from './digest.js'

interface Line {
  readonly key: string
  readonly code: string
  readonly options: SimulationOptions
  readonly figures: Figures
}

export class Archive {
  readonly #file: string
  readonly #code: string
  readonly #runs = new Map<string, Figures>()
  /** Runs in the file that other code made. */
  readonly outdated: number

  /** Reads what is there; a line that was cut off when its process ended is left out. */
  constructor(file: string, code = codeDigest()) {
    this.#file = file
    this.#code = code
    let outdated = 0
    for (const line of linesOf(file)) {
      if (line.code === code) this.#runs.set(line.key, line.figures)
      else outdated += 1
    }
    this.outdated = outdated
  }

  get code(): string {
    return this.#code
  }

  find(options: SimulationOptions): Figures | undefined {
    return this.#runs.get(optionsDigest(options))
  }

  /** On disk when this returns. */
  add(options: SimulationOptions, figures: Figures): void {
    const key = optionsDigest(options)
    this.#runs.set(key, figures)
    appendFileSync(this.#file, `${JSON.stringify({ key, code: this.#code, options, figures } satisfies Line)}\n`)
  }
}

function linesOf(file: string): readonly Line[] {
  if (!existsSync(file)) return []
  const text = readFileSync(file, 'utf8')
  // What follows must not continue a line that was cut off.
  if (text !== '' && !text.endsWith('\n')) appendFileSync(file, '\n')
  return text.split('\n').flatMap((line) => {
    try {
      const parsed = JSON.parse(line) as Line
      return typeof parsed.key === 'string' && parsed.figures !== undefined ? [parsed] : []
    } catch {
      return []
    }
  })
}
