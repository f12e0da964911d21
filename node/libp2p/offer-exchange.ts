import type { PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import type { LengthPrefixedStream } from '@libp2p/utils'
import type { PeerId } from '../../src/ports/signer.js'
import type { Verdict } from '../../src/ports/transport.js'
import { decode } from '../../src/protocol/codec.js'
import { limits } from '../../src/protocol/message.js'
import {
  decodeOfferAnswer,
  encodeOfferQuestion,
  type IndexEntry,
  type OfferAnswer,
  type OfferKey,
  type OfferQuestion,
  offerKeyOf,
} from '../../src/protocol/offer-index.js'
import { decodeOfferPage, encodeOfferRequest } from '../../src/protocol/offer-sync.js'
import { offersDifferenceProtocolId, offersProtocolId } from '../../src/protocol/topics.js'
import { framesOf, isEndlessFrame } from './bounded-frames.js'
import type { Host } from './compose.js'
import { cutOff } from './cut-off.js'
import type { Asked, Observer } from './observer.js'
import type { OfferClaims } from './offer-claims.js'

/** The peer answered what no honest peer answers. */
export class FalseAnswerError extends Error {
  override readonly name = 'FalseAnswerError'
}

/** The peer tells more than it is asked for in one round. It may be right; it is asked again. */
export class TooMuchError extends Error {
  override readonly name = 'TooMuchError'
}

export interface ExchangeOptions {
  readonly host: Host
  readonly market: string
  readonly receive: (from: PeerId, offer: Uint8Array) => Verdict
  readonly settings: ExchangeSettings
  /** Is shown every question and its answer. Default: nobody is. */
  readonly observer?: Observer | undefined
}

export interface ExchangeSettings {
  /** How long opening a stream, and one answer, may take, however it drips in. */
  readonly answerMsMax: number
  /** How long to wait for offers that another peer was asked for, before asking for them as well. */
  readonly patienceMs: number
  /** How long one peer may take in all. */
  readonly askMsMax: number
  /** Offers that one peer may tell of; more than a book holds. */
  readonly offersMax: number
  /** Offers asked for at a time. */
  readonly pageOffersMax: number
  /** How often a stream that was cut is opened again to go on where it ended. */
  readonly reopenMax: number
}

/** What came of an exchange. */
export interface Exchanged {
  /** Offers that were news. */
  readonly taken: number
  /** Bytes that came. */
  readonly bytes: number
}

/**
 * Brings everything that one peer knows and this node does not. Stops at the first answer that no honest peer gives. What came
 * until then is kept: each offer was verified by itself.
 */
export class OfferExchange {
  readonly #options: ExchangeOptions
  readonly #peer: Libp2pPeerId
  readonly #id: PeerId
  readonly #claims: OfferClaims
  readonly #signal: AbortSignal
  #frames: LengthPrefixedStream<Stream> | undefined
  #reopened = 0
  #taken = 0
  #bytes = 0

  constructor(
    options: ExchangeOptions,
    peer: Libp2pPeerId,
    { claims, signal }: { claims: OfferClaims; signal: AbortSignal },
  ) {
    this.#options = options
    this.#peer = peer
    this.#id = peer.toString()
    this.#claims = claims
    this.#signal = cutOff(signal, options.settings.askMsMax)
  }

  /** Resolves when the peer has told everything. @throws FalseAnswerError, TooMuchError, or what ended the stream. */
  async run(): Promise<Exchanged> {
    try {
      if (await this.#open([offersDifferenceProtocolId, offersProtocolId])) await this.#byDifferences()
      else await this.#byPages()
      await this.#frames
        ?.unwrap()
        .close()
        .catch(() => {})
      return { taken: this.#taken, bytes: this.#bytes }
    } catch (error) {
      this.#frames?.unwrap().abort(error as Error)
      throw error
    } finally {
      this.#claims.release(this.#id)
    }
  }

  /** Whether the peer can tell differences. */
  async #open(protocols: readonly string[]): Promise<boolean> {
    const stream = await this.#options.host.dialProtocol(this.#peer, [...protocols], { signal: this.#deadline() })
    this.#frames = framesOf(stream, limits.pageBytesMax)
    return stream.protocol === offersDifferenceProtocolId
  }

  async #byDifferences(): Promise<void> {
    const wanted = (await this.#index()).filter((entry) => this.#claims.isNews(entry))
    let missing: ReadonlySet<OfferKey> = new Set(wanted.map(({ key }) => key))
    const sequences = new Map(wanted.map(({ key, sequence }) => [key, sequence]))
    const { pageOffersMax: count, patienceMs } = this.#options.settings
    let absent = 0
    let impatient = false
    while (missing.size > 0) {
      const keys = this.#claims.claim(this.#id, missing, { count, impatient })
      if (keys.length === 0) {
        // Others were asked for all of these. Whoever fails, or is slow, leaves them to us.
        impatient = !(await this.#claims.settled(patienceMs))
        this.#signal.throwIfAborted()
      } else {
        const arrived = await this.#fetch(keys)
        absent += keys.filter((key) => !arrived.has(key)).length
        // An offer may have closed or expired since; not so many.
        if (absent > 8 && absent * 4 > wanted.length) throw new FalseAnswerError('offers in its index do not exist')
      }
      const asked = new Set(keys)
      missing = new Set(
        [...missing].filter((key) => !asked.has(key) && this.#claims.isNews({ key, sequence: sequences.get(key)! })),
      )
    }
  }

  async #index(): Promise<readonly IndexEntry[]> {
    const { market, settings } = this.#options
    const entries: IndexEntry[] = []
    for (let after: OfferKey | '' = ''; ; ) {
      const answer: Extract<OfferAnswer, { type: 'index' }> = await this.#ask({
        type: 'index',
        market,
        after,
        limit: limits.indexEntriesMax,
      })
      const first = answer.entries[0]
      if (first !== undefined && first.key <= after) throw new FalseAnswerError('entries out of order')
      entries.push(...answer.entries)
      if (!answer.more) return entries
      const last = answer.entries.at(-1)
      if (last === undefined) throw new FalseAnswerError('more, but nothing to go on from')
      if (entries.length >= settings.offersMax) throw new TooMuchError(`an index of more than ${settings.offersMax}`)
      after = last.key
    }
  }

  /** Asks for offers; returns the keys of those that came. */
  async #fetch(keys: readonly OfferKey[]): Promise<ReadonlySet<OfferKey>> {
    const { market } = this.#options
    const { offers } = await this.#ask({ type: 'offers', market, keys })
    const asked = new Set(keys)
    const arrived = new Set<OfferKey>()
    for (const offer of offers) {
      const key = this.#take(offer)?.key
      if (key === undefined || !asked.has(key)) throw new FalseAnswerError('an offer that was not asked for')
      arrived.add(key)
    }
    this.#claims.settle(keys)
    return arrived
  }

  /** The first minor version: pages of all that the peer knows. Each is a stream, so a cut costs a page. */
  async #byPages(): Promise<void> {
    const { market, settings } = this.#options
    let after = ''
    for (let told = 0; ; ) {
      const request = encodeOfferRequest({ market, after, limit: settings.pageOffersMax })
      const page = decodeOfferPage(await this.#exchange(request, 'page'))
      if (!page.ok) throw new FalseAnswerError('what came is not a page of offers')
      const { offers, next } = page.page
      let last = after
      for (const offer of offers) {
        const id = this.#take(offer)?.offer
        if (id !== undefined && id <= last) throw new FalseAnswerError('offers out of order')
        last = id ?? last
      }
      told += offers.length
      if (next === '') return
      if (next !== last || offers.length === 0) throw new FalseAnswerError('a page that does not end where it says')
      if (told >= settings.offersMax) throw new TooMuchError(`more than ${settings.offersMax} offers`)
      after = next
      this.#frames
        ?.unwrap()
        .close()
        .catch(() => {})
      this.#frames = undefined
    }
  }

  /** Hands on one offer; undefined when it cannot be read here, as one of a later version. */
  #take(bytes: Uint8Array): (IndexEntry & { readonly offer: string }) | undefined {
    const decoded = decode(bytes, limits.offerBytesMax)
    const verdict = this.#options.receive(this.#id, bytes)
    if (verdict === 'reject') throw new FalseAnswerError('an offer that every honest node rejects')
    if (!decoded.ok || decoded.sealed.body.type !== 'offer') return undefined
    const { offer, sequence } = decoded.sealed.body
    const entry = { key: offerKeyOf(offer), sequence, offer }
    if (verdict === 'accept') {
      this.#taken += 1
      this.#claims.has(entry)
    }
    return entry
  }

  async #ask<Type extends OfferQuestion['type']>(
    question: Extract<OfferQuestion, { readonly type: Type }>,
  ): Promise<Extract<OfferAnswer, { readonly type: Type }>> {
    const bytes = await this.#exchange(encodeOfferQuestion(question), question.type)
    const answer = decodeOfferAnswer(bytes, question.type as Type)
    if (!answer.ok) throw new FalseAnswerError('what came is no answer to what was asked')
    return answer.answer
  }

  /** One question and its answer; over another stream if this one is cut. */
  async #exchange(question: Uint8Array, asked: Asked): Promise<Uint8Array> {
    const protocol = asked === 'page' ? offersProtocolId : offersDifferenceProtocolId
    for (;;) {
      const signal = this.#deadline()
      try {
        if (this.#frames === undefined) await this.#open([protocol])
        await this.#frames!.write(question, { signal })
        const answer = (await this.#frames!.read({ signal })).slice()
        this.#bytes += answer.length
        this.#options.observer?.exchanged('out', this.#id, { asked, question, answer })
        return answer
      } catch (error) {
        this.#frames?.unwrap().abort(error as Error)
        this.#frames = undefined
        if (isEndlessFrame(error as Error))
          throw new FalseAnswerError('a frame longer than any answer', { cause: error })
        if (signal.aborted || this.#reopened >= this.#options.settings.reopenMax) throw error
        this.#reopened += 1
      }
    }
  }

  #deadline(): AbortSignal {
    return cutOff(this.#signal, this.#options.settings.answerMsMax)
  }
}
