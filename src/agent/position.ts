import { type Clearing, clear } from '../mechanism/auction.js'
import type { Ask, Bid as BookBid, Ladder } from '../mechanism/bid.js'
import { boundLadder, laddersFor } from '../mechanism/ladder.js'
import type { Cleared } from '../mechanism/reserve.js'
import type { PeerId } from '../ports/signer.js'
import { type Bid, limits, type Sealed } from '../protocol/message.js'

/**
 * What follows from the bids that stand at a seller, its stock and its reserve. A seller asks several times between two
 * changes, for the bidder that it answers, for the reserve and for the public, so each answer is computed once.
 */
export class Position implements Cleared {
  readonly ask: Ask
  readonly bids: readonly BookBid[]
  readonly #standing: readonly Sealed<Bid>[]
  #clearing: Clearing | undefined
  #ladders: ((buyer?: PeerId) => Ladder) | undefined
  #publicLadder: Ladder | undefined

  /** `standing` is never changed in place. */
  constructor(ask: Ask, standing: readonly Sealed<Bid>[]) {
    this.ask = ask
    this.bids = standing.map(({ body }) => body)
    this.#standing = standing
  }

  /** Whether nothing that it follows from is different. */
  isOf({ stock, reserve }: Ask, standing: readonly Sealed<Bid>[]): boolean {
    return this.#standing === standing && this.ask.stock === stock && this.ask.reserve === reserve
  }

  get clearing(): Clearing {
    this.#clearing ??= clear(this.ask, this.bids)
    return this.#clearing
  }

  /** What each further MB would cost a bidder. */
  ladderOf(buyer: PeerId): Ladder {
    return boundLadder(this.#ladderFor(buyer), limits.quoteRungsMax)
  }

  /** The same for a newcomer. */
  get publicLadder(): Ladder {
    this.#publicLadder ??= boundLadder(this.#ladderFor(), limits.publicRungsMax)
    return this.#publicLadder
  }

  #ladderFor(buyer?: PeerId): Ladder {
    this.#ladders ??= laddersFor(this.ask, this.bids)
    return this.#ladders(buyer)
  }
}
