/** A long list of rows of one height, of which only those in sight are drawn. */

export interface Scrolled {
  /** Pixels. */
  readonly top: number
  readonly height: number
  readonly row: number
}

/** Rows drawn beside those in sight, so that whoever scrolls does not outrun them. */
const beside = 20

/** Rows to draw, however long the list is. */
export const windowOf = ({ top, height, row }: Scrolled): { readonly from: number; readonly count: number } => ({
  from: Math.max(0, Math.floor(top / row) - beside),
  count: Math.ceil(height / row) + 2 * beside,
})

/** Rows to draw of a list that follows its newest: nobody scrolls there. */
export const newestOf = ({ height, row }: Omit<Scrolled, 'top'>): number => Math.ceil(height / row) + 1

/** Where a key leads from row `at` of `count`; undefined: it is no key of lists. `page`: rows in sight. */
export function stepOf(key: string, at: number, { count, page }: Record<'count' | 'page', number>): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -page,
    PageDown: page,
    Home: -count,
    End: count,
  }
  const step = Object.hasOwn(steps, key) ? steps[key] : undefined
  return step === undefined ? undefined : Math.max(0, Math.min(count - 1, at + step))
}
