/** The steps of joining as a person reads them, or, with `--json`, as one JSON object a line. */
import pc from 'picocolors'
import type { Json } from '../../src/ports/store.js'

export interface Step {
  readonly step: string
  /** `note`: neither good nor bad, or good with a catch. */
  readonly outcome: 'ok' | 'note' | 'failed'
  readonly text: string
  /** Further lines, below it. */
  readonly more?: readonly string[]
  /** The same for programs. */
  readonly data?: { readonly [field: string]: Json }
}

const signs = { ok: pc.green('✔'), note: pc.yellow('!'), failed: pc.red('✖') } as const
const width = 10

export interface StepOutput {
  show(step: Step): void
  /** A line that is no step; for people alone. */
  say(line: string): void
  /** What happened later; for programs alone. */
  tell(event: { readonly [field: string]: Json }): void
}

export function stepOutput(json: boolean, write: (text: string) => void): StepOutput {
  if (json) {
    const line = (value: Json): void => write(`${JSON.stringify(value)}\n`)
    return {
      show: ({ step, outcome, text, more = [], data = {} }) =>
        line({ step, outcome, text, ...(more.length > 0 && { more }), ...data }),
      say: () => {},
      tell: line,
    }
  }
  return {
    show: ({ step, outcome, text, more = [] }) => {
      write(`${signs[outcome]} ${step.padEnd(width)} ${text}\n`)
      for (const line of more) write(`  ${''.padEnd(width)} ${line}\n`)
    },
    say: (line) => write(`${line}\n`),
    tell: () => {},
  }
}
