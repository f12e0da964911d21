/** What `overage doctor` looks at, and what it makes of it. */

export interface Check {
  readonly check:
    | 'folder'
    | 'lock'
    | 'identity'
    | 'store'
    | 'records'
    | 'copy'
    | 'plan'
    | 'settlement'
    | 'offer'
    | 'disk'
    | 'clock'
  /** `note`: worth knowing, and nothing wrong. */
  readonly state: 'ok' | 'note' | 'problem'
  readonly detail: string
  /** What to do next. */
  readonly advice?: string
}

export const ok = (check: Check['check'], detail: string): Check => ({ check, state: 'ok', detail })
export const note = (check: Check['check'], detail: string, advice?: string): Check => ({
  check,
  state: 'note',
  detail,
  ...(advice !== undefined && { advice }),
})
export const problem = (check: Check['check'], detail: string, advice: string): Check => ({
  check,
  state: 'problem',
  detail,
  advice,
})
