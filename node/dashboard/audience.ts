/** Who watches, counted by the streams that pages keep open. */

/** A page that is opened anew is gone for a moment. */
const graceMs = 5_000

export interface AudienceNews {
  /** The first came, or the first after all had left. */
  arrived?(): void
  /** Nobody has been there for a while. */
  left?(): void
}

export class Audience {
  readonly #news: AudienceNews
  readonly #graceMs: number
  readonly #waiting = new Set<() => void>()
  #present = 0
  #leaving: NodeJS.Timeout | undefined
  #wasThere = false

  constructor(news: AudienceNews = {}, options: { readonly graceMs?: number } = {}) {
    this.#news = news
    this.#graceMs = options.graceMs ?? graceMs
  }

  /** Whether anybody is there, or was just now. */
  get isThere(): boolean {
    return this.#present > 0 || this.#leaving !== undefined
  }
  /** Whether anybody ever was. */
  get wasThere(): boolean {
    return this.#wasThere
  }

  /** Somebody came. Returns what to do when they go. */
  enter(): () => void {
    const isFirst = !this.isThere
    clearTimeout(this.#leaving)
    this.#leaving = undefined
    this.#present += 1
    this.#wasThere = true
    if (isFirst) this.#news.arrived?.()
    let isInside = true
    return () => {
      if (!isInside) return
      isInside = false
      this.#present -= 1
      if (this.#present === 0) this.#leave()
    }
  }

  /** Resolves when nobody is there any more; at once if nobody is. */
  async gone(): Promise<void> {
    if (this.isThere) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  #leave(): void {
    this.#leaving = setTimeout(() => {
      this.#leaving = undefined
      this.#news.left?.()
      for (const resolve of this.#waiting) resolve()
      this.#waiting.clear()
    }, this.#graceMs)
    // Whoever waits for it is kept alive by what it waits with.
    this.#leaving.unref()
  }
}
