import type { Random } from '../ports/random.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { StoreContents } from '../ports/store.js'
import type { DirectMessage, Offer, OfferId, Sealed } from '../protocol/message.js'
import { isOfferOf, sellerOf } from '../protocol/message.js'
import type { Millis } from '../units.js'
import type { Agent, AgentEvent, Command, Effect, ParticipantStatus } from './agent.js'
import { Buyer } from './buyer.js'
import { report } from './effects.js'
import { OfferBook } from './offer-book.js'
import { isBeyond, noPast, outrunIn, outrunRecord } from './own-past.js'
import { earlier } from './resend.js'
import type { BuyPlan, Rules, SellPlan } from './rules.js'
import { Seller } from './seller.js'
import type { Auction, KnownOffer, OwnBid, WaitingAccept } from './views.js'

export interface ParticipantOptions {
  readonly signer: Signer
  /** Checks the bids that the seller in this node lets count. */
  readonly verifier: Verifier
  readonly market: string
  readonly rules: Rules
  readonly random: Random
  /** Where this node can be dialled, until a command says otherwise. */
  readonly addresses: readonly string[]
  readonly sells?: SellPlan | undefined
  readonly wants?: BuyPlan | undefined
  /** What this node saved before, empty at its first start. */
  readonly restored: StoreContents
}

/** One that leads through a relay leaves out whom it leads to (SPEC §5). */
const wholeAddress = (address: string, offer: OfferId): string =>
  address.endsWith('/p2p-circuit') ? `${address}/p2p/${sellerOf(offer)}` : address

/** One person's node: an offer book, and a seller, a buyer, or both. */
export class Participant implements Agent {
  readonly #me: PeerId
  readonly #book: OfferBook
  readonly #options: Omit<ParticipantOptions, 'sells' | 'wants' | 'restored'>
  /** There is one as soon as there is something to sell, or something left to settle. */
  #seller: Seller | undefined
  #buyer: Buyer | undefined
  #addresses: readonly string[]
  /** Until its start a participant learns of offers and does nothing else. */
  #started = false
  /** When it wants to be woken, of itself; not to be trusted while that may have changed. */
  #deadline: Millis | undefined
  #isDeadlineKnown = false
  /** Its store is an older one than its own: whatever it did might be done twice. */
  #isOutrun: boolean

  constructor(options: ParticipantOptions) {
    const { sells, wants, restored, ...rest } = options
    this.#options = rest
    this.#isOutrun = outrunIn(restored) !== undefined
    this.#me = rest.signer.id
    this.#addresses = rest.addresses
    this.#book = new OfferBook(this.#me, rest.rules.offersMax)
    if (sells !== undefined || hasSold(restored)) this.#seller = this.#newSeller(sells, restored)
    if (wants !== undefined || hasBought(restored)) this.#buyer = this.#newBuyer(wants, restored)
  }

  get deadline(): Millis | undefined {
    if (!this.#started || this.#isOutrun) return undefined
    if (!this.#isDeadlineKnown) {
      this.#isDeadlineKnown = true
      this.#deadline = earlier(this.#book.deadline, earlier(this.#seller?.deadline, this.#buyer?.deadline))
    }
    return this.#deadline
  }

  /** The sequence known of an offer, for admission. */
  sequenceOf(offer: OfferId, seller: PeerId): number | undefined {
    return this.#book.sequenceOf(offer, seller)
  }

  hasRoom(offer: OfferId): boolean {
    return this.#book.hasRoom(offer)
  }

  /** Grows with whatever changes in the offers heard of. */
  get revision(): number {
    return this.#book.revision
  }

  /** The offers heard of, for a peer that syncs. */
  page(after: OfferId | '', limit: number): ReturnType<OfferBook['page']> {
    return this.#book.page(after, limit)
  }

  /** Where the sellers of open offers can be dialled. */
  knownAddresses(): readonly string[] {
    return this.#book.open().flatMap(({ offer, addresses }) => addresses.map((address) => wholeAddress(address, offer)))
  }

  status(): ParticipantStatus {
    return {
      offersKnown: this.#book.size,
      ...(this.#seller !== undefined && { seller: this.#seller.status() }),
      ...(this.#buyer !== undefined && { buyer: this.#buyer.status() }),
    }
  }

  /** Up to `limit` offers with ids after `after`, as its person sees them. */
  offers(after: OfferId | '', limit: number): { readonly offers: readonly KnownOffer[]; readonly next: OfferId | '' } {
    const { offers, next } = this.#book.page(after, limit)
    const known = offers.map(({ signer, body }) => ({
      offer: body,
      mine: signer === this.#me,
      ...(this.#buyer?.viewOf(body.offer) ?? { viewed: false, standing: undefined }),
    }))
    return { offers: known, next }
  }

  /** Undefined while it never sold anything. */
  auction(): Auction | undefined {
    return this.#seller?.auction(this.#book.get(this.#seller.offer)?.body)
  }

  bids(): readonly OwnBid[] {
    return this.#buyer?.bids() ?? []
  }

  /** Accepts that wait for their receipt. */
  accepts(): readonly WaitingAccept[] {
    return this.#buyer?.accepts() ?? []
  }

  step(now: Millis, event: AgentEvent): readonly Effect[] {
    if (this.#isOutrun) return []
    if (event.type === 'gossip') return this.#take(now, event.message)
    this.#isDeadlineKnown = false
    const out: Effect[] = []
    switch (event.type) {
      case 'start':
        this.#started = true
        this.#book.expire(now)
        this.#seller?.start(now, out)
        this.#buyer?.start(now, out)
        break
      case 'wake':
        for (const offer of this.#book.expire(now)) this.#buyer?.offerNews(now, offer, out)
        this.#seller?.wake(now, out)
        this.#buyer?.wake(now, out)
        break
      case 'direct':
        // Whatever it is, it is sent again.
        if (this.#started) this.#direct(now, event.from, event.message, out)
        break
      case 'undelivered':
        this.#buyer?.undelivered(now, event.to, out)
        break
      case 'command':
        this.#command(now, event.command, out)
        break
    }
    // A node serves its own offer to peers that sync, like any other.
    for (const effect of out) if (effect.type === 'publish') this.#book.put(effect.message)
    return out
  }

  #take(now: Millis, message: Sealed<Offer>): readonly Effect[] {
    if (message.signer === this.#me) return this.#takeOwn(message)
    const ended = this.#book.endedBy(message)
    if (!this.#book.put(message)) return []
    const { offer, sequence } = message.body
    const out: Effect[] = [report({ type: 'offer-known', offer, sequence, known: this.#book.size })]
    const endMatters = ended !== undefined && this.#buyer?.offerNews(now, { ...ended, status: 'closed' }, out) === true
    const matters = this.#buyer?.offerNews(now, message.body, out) === true
    // Most news changes nothing but the book, and a node hears of little else.
    if (endMatters || matters) this.#isDeadlineKnown = false
    else this.#deadline = earlier(this.#deadline, this.#book.deadline)
    return out
  }

  /** Others tell a node what it said itself, in this life or another. */
  #takeOwn({ body }: Sealed<Offer>): readonly Effect[] {
    const { offer, sequence } = body
    if (!isBeyond(body, this.#seller?.past ?? noPast)) return []
    this.#isOutrun = true
    return [
      { type: 'save', records: [outrunRecord({ offer, sequence })], sync: true },
      report({ type: 'outrun', offer, sequence }),
    ]
  }

  #direct(now: Millis, from: PeerId, message: Sealed<DirectMessage>, out: Effect[]): void {
    const { body } = message
    switch (body.type) {
      case 'bid':
        this.#seller?.bid(now, message as Sealed<typeof body>, out)
        break
      case 'accept':
        this.#seller?.accept(now, message as Sealed<typeof body>, out)
        break
      case 'decline':
        this.#seller?.decline(now, body, out)
        break
      case 'quote':
        this.#buyer?.quote(now, body, out)
        break
      case 'award':
        this.#buyer?.award(now, message as Sealed<typeof body>, out)
        break
      case 'receipt':
        this.#buyer?.receipt(now, message as Sealed<typeof body>, out)
        break
      case 'closed':
        this.#buyer?.closed(now, body, out)
        break
      case 'refused':
        if (!isOfferOf(from, body.offer)) break
        out.push(report({ type: 'refused', by: 'them', peer: from, offer: body.offer, code: body.code }))
        this.#buyer?.refused(now, message as Sealed<typeof body>, out)
        break
    }
  }

  #command(now: Millis, command: Command, out: Effect[]): void {
    switch (command.type) {
      case 'sell':
        this.#sell(now, command.plan, out)
        break
      case 'buy':
        this.#buy(now, command.plan, out)
        break
      case 'withdraw-offer':
        if (command.forget) this.#seller?.tell(undefined, out)
        this.#seller?.withdraw(now, out)
        break
      case 'stop-buying':
        if (command.forget) this.#buyer?.tell(undefined, out)
        this.#buyer?.stop(now, out)
        break
      case 'forget-accept':
        this.#buyer?.forget(now, command.award, out)
        break
      case 'addresses':
        this.#addresses = command.addresses
        this.#seller?.announce(now)
        break
      case 'announce':
        this.#seller?.announce(now)
        break
    }
  }

  /** Before its start a participant only takes note of a plan: its start takes the plan up. */
  #sell(now: Millis, plan: SellPlan, out: Effect[]): void {
    const isNew = this.#seller === undefined
    this.#seller ??= this.#newSeller(undefined, [])
    this.#seller.tell(plan, out)
    if (!this.#started) return
    if (isNew) this.#seller.start(now, out)
    else this.#seller.reopen(now, out)
  }

  #buy(now: Millis, plan: BuyPlan, out: Effect[]): void {
    this.#buyer ??= this.#newBuyer(undefined, [])
    this.#buyer.tell(plan, out)
    if (this.#started) this.#buyer.begin(now, out)
  }

  #newSeller(plan: SellPlan | undefined, restored: StoreContents): Seller {
    const { signer, verifier, market, rules } = this.#options
    const addresses = () => this.#addresses
    return new Seller({ signer, verifier, market, rules, plan, addresses, restored })
  }

  #newBuyer(plan: BuyPlan | undefined, restored: StoreContents): Buyer {
    const { signer, market, rules, random } = this.#options
    return new Buyer({ signer, market, rules, plan, random, book: this.#book, restored })
  }
}

const hasSold = (restored: StoreContents): boolean =>
  restored.some(({ key }) => key.startsWith('seller/') || key.startsWith('sale/'))
const hasBought = (restored: StoreContents): boolean =>
  restored.some(({ key }) => key.startsWith('buyer/') || key.startsWith('purchase/'))
