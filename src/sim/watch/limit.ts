/**
 * The most that one side of a node may trade in its life: what was settled when its plan came to count, and the plan. What
 * was on its way by then may go beyond a plan for less, since it binds, but not grow there.
 */
export class Limit {
  #most: number
  #beyond: number

  /** `promised`: settled and on its way, when the limit came. */
  constructor(most: number, promised: number) {
    this.#most = most
    this.#beyond = Math.max(0, promised - most)
  }

  /** How much of it is left to promise. */
  left(promised: number): number {
    return Math.max(0, this.#most - promised)
  }

  /** By how much `promised` now breaks the limit; to be asked after every change. */
  excess(promised: number): number {
    const over = Math.max(0, promised - this.#most)
    const excess = Math.max(0, over - this.#beyond)
    this.#beyond = Math.min(this.#beyond, over)
    return excess
  }
}
