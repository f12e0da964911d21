/** One of `parts` parts into which a market's nodes are dealt, so that each may run on a thread of its own. */
export interface Division {
  /** From 0. */
  readonly part: number
  readonly parts: number
}

/** All of the market in one. */
export const undivided: Division = Object.freeze({ part: 0, parts: 1 })

/** In turn: sellers and buyers, and with them the work, fall evenly. */
export const partOf = (node: number, { parts }: Pick<Division, 'parts'>): number => node % parts

export const isOwn = (node: number, division: Division): boolean => partOf(node, division) === division.part
