import type { Connection, Stream } from '@libp2p/interface'
import type { PeerId } from '../../src/ports/signer.js'
import { encode } from '../../src/protocol/codec.js'
import { limits } from '../../src/protocol/message.js'
import { decodeOfferQuestion, encodeOfferAnswer } from '../../src/protocol/offer-index.js'
import { decodeOfferRequest, encodeOfferPage } from '../../src/protocol/offer-sync.js'
import { RateLimiter } from '../../src/protocol/rate-limit.js'
import { offersDifferenceProtocolId, offersProtocolId } from '../../src/protocol/topics.js'
import { millis } from '../../src/units.js'
import { framesOf } from './bounded-frames.js'
import type { Host } from './compose.js'
import { cutOff } from './cut-off.js'
import type { Asked, Observer } from './observer.js'
import type { OfferIndex, PagedBook } from './offer-index.js'

export interface OfferAnswersOptions {
  readonly host: Host
  readonly market: string
  readonly book: PagedBook
  readonly index: OfferIndex
  /** Is shown every question and its answer. Default: nobody is. */
  readonly observer?: Observer | undefined
}

/** Streams on which one peer may ask at a time, and how long it may be silent, or take for an answer. */
const streamsPerPeerMax = 4
const silenceMsMax = 10_000
/** What one peer may ask: a whole book of ten thousand offers at once, and a tenth of that a minute. */
const perPeer = { perSecond: 2, burst: 250, peersMax: 1_024 }
/** What all may ask together; an answer is 40 KB as a rule. */
const perNode = { perSecond: 50, burst: 1_000, peersMax: 2 }

/** Tells peers what this node knows, within bounds. A stream that breaks a rule ends. */
export class OfferAnswers {
  readonly #options: OfferAnswersOptions
  readonly #askers = new RateLimiter(perPeer)
  readonly #everybody = new RateLimiter(perNode)
  readonly #stopping = new AbortController()
  #served = 0

  constructor(options: OfferAnswersOptions) {
    this.#options = options
  }

  /** Questions answered since the start. */
  get served(): number {
    return this.#served
  }

  async start(): Promise<void> {
    const options = { maxInboundStreams: streamsPerPeerMax }
    const handled =
      (answer: (question: Uint8Array) => Uint8Array, bytesMax: number) =>
      (stream: Stream, { remotePeer }: Connection): void =>
        void this.#serve(stream, { asker: remotePeer.toString(), answer, bytesMax })
    await this.#options.host.handle(offersProtocolId, handled(this.#page, limits.requestBytesMax), options)
    await this.#options.host.handle(offersDifferenceProtocolId, handled(this.#answer, limits.questionBytesMax), options)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#options.host.unhandle([offersProtocolId, offersDifferenceProtocolId])
  }

  async #serve(
    stream: Stream,
    { asker, answer, bytesMax }: { asker: PeerId; answer: (question: Uint8Array) => Uint8Array; bytesMax: number },
  ): Promise<void> {
    const frames = framesOf(stream, bytesMax)
    try {
      while (stream.readStatus === 'readable' && stream.writeStatus === 'writable') {
        const signal = cutOff(this.#stopping.signal, silenceMsMax)
        const question = await frames.read({ signal })
        const now = millis(Math.round(performance.now()))
        if (!this.#askers.allow(asker, now) || !this.#everybody.allow('', now)) throw new Error('asked too much')
        const bytes = question.slice()
        const answered = answer(bytes)
        await frames.write(answered, { signal })
        this.#options.observer?.exchanged('in', asker, {
          asked: askedIn(stream, bytes),
          question: bytes,
          answer: answered,
        })
        this.#served += 1
      }
      await stream.close()
    } catch (error) {
      // Whoever has no more questions closes its side, and may not have read the last answer yet.
      if ((error as Error).name === 'UnexpectedEOFError')
        await stream.close().catch((cause: Error) => stream.abort(cause))
      else stream.abort(error as Error)
    }
  }

  readonly #page = (bytes: Uint8Array): Uint8Array => {
    const { market, book } = this.#options
    const decoded = decodeOfferRequest(bytes)
    if (!decoded.ok || decoded.request.market !== market) throw new Error('not a request for offers of this market')
    const { offers, next } = book.page(decoded.request.after, decoded.request.limit)
    return encodeOfferPage({ offers: offers.map(encode), next })
  }

  readonly #answer = (bytes: Uint8Array): Uint8Array => {
    const { market, index } = this.#options
    const decoded = decodeOfferQuestion(bytes)
    if (!decoded.ok || decoded.question.market !== market) throw new Error('not a question about this market')
    const { question } = decoded
    return question.type === 'index'
      ? encodeOfferAnswer({ type: 'index', ...index.page(question.after, question.limit) })
      : encodeOfferAnswer({ type: 'offers', offers: index.offers(question.keys).map(encode) })
  }
}

/** What a question that was answered had asked for. */
function askedIn({ protocol }: Stream, bytes: Uint8Array): Asked {
  if (protocol === offersProtocolId) return 'page'
  const decoded = decodeOfferQuestion(bytes)
  return decoded.ok ? decoded.question.type : 'index'
}
