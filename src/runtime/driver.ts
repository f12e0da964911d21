import type { Agent, AgentEvent, Command, Effect, Fact } from '../agent/agent.js'
import { answer } from '../agent/effects.js'
import type { Clock } from '../ports/clock.js'
import type { PeerId, Signer, Verifier } from '../ports/signer.js'
import type { Store } from '../ports/store.js'
import type { Trace } from '../ports/trace.js'
import type { Receiver, Transport, Verdict } from '../ports/transport.js'
import { type AdmissionContext, judgeDirect, judgeOffer, type OfferVerdict } from '../protocol/admission.js'
import type { Wire } from '../protocol/codec.js'
import { limits, type OfferId, type RefusalCode, type Refused } from '../protocol/message.js'
import { type Allowance, type RateLimit, RateLimiter, TokenBucket } from '../protocol/rate-limit.js'
import { rememberingVerifier, seal } from '../protocol/signing.js'

export interface DriverOptions<Frame = Uint8Array> {
  readonly agent: Agent & {
    /** The sequence that the agent knows of an offer: lets admission drop old news before it checks a signature. */
    sequenceOf(offer: OfferId, seller: PeerId): number | undefined
    /** Whether its book takes an offer that it does not know yet. */
    hasRoom(offer: OfferId): boolean
  }
  readonly market: string
  /** How this node's network carries messages. */
  readonly wire: Wire<Frame>
  readonly signer: Signer
  readonly verifier: Verifier
  readonly clock: Clock
  readonly store: Store
  readonly limits: DriverLimits
  readonly trace?: Trace<AgentEvent, Effect>
  readonly onFact: (fact: Fact) => void
  /** A message of `from` was refused at the gate. */
  readonly onRefused?: (from: PeerId, code: RefusalCode, via: 'gossip' | 'direct', frame: Frame) => void
  /** A gossiped message was not passed on, which is nobody's fault. */
  readonly onIgnored?: (from: PeerId, code: RefusalCode, frame: Frame) => void
  /** The store failed: nothing was sent that is not saved, and nothing more will be. */
  readonly onFailure: (error: Error) => void
}

export interface DriverLimits {
  /** Messages that one peer may send to this node directly. */
  readonly direct: RateLimit
  /**
   * Offers that one peer may pass on by gossip, its own and others', before any of them is looked at; undefined where nobody
   * knows who passed them on.
   */
  readonly forwarded: RateLimit | undefined
  /** Offers that all peers together may: so no honest node passes on more. */
  readonly gossip: Allowance
  /** Offers of one seller, whoever forwards them. */
  readonly offers: RateLimit
  /** Signatures remembered as valid, so that evidence is not verified award after award. */
  readonly signaturesMax: number
  /** Effects that may wait for the store; beyond, messages are dropped as if they had been lost on the way. */
  readonly backlogMax: number
}

/** Generous to honest peers: a buyer sends a few messages a second, a seller gossips its offer at most twice. */
export const defaultDriverLimits: DriverLimits = Object.freeze({
  direct: { perSecond: 50, burst: 200, peersMax: 4_096 },
  /** A verification costs 0.2 ms: all that gossip may bring takes less than a tenth of a processor. */
  forwarded: { perSecond: 200, burst: 1_000, peersMax: 1_024 },
  gossip: { perSecond: 400, burst: 2_000 },
  offers: { perSecond: 5, burst: 20, peersMax: 10_000 },
  signaturesMax: 1_024,
  backlogMax: 10_000,
})

const woken: AgentEvent = Object.freeze({ type: 'wake' })
const none: readonly Effect[] = Object.freeze([])

/**
 * Runs one agent against the ports: admits what comes in, steps the agent, and carries out its effects in order, none
 * before what it depends on is saved. The same driver serves the real node and the simulator.
 */
export class Driver<Frame = Uint8Array> implements Receiver<Frame> {
  readonly #options: DriverOptions<Frame>
  readonly #offers: AdmissionContext
  readonly #direct: AdmissionContext
  readonly #forwarded: RateLimiter | undefined
  readonly #gossiped: TokenBucket
  #transport: Transport<Frame> | undefined
  /** What is being carried out, from {@link #begun} on, and what comes after that. */
  #batch: readonly Effect[] = none
  #begun = 0
  readonly #waiting: Effect[] = []
  #performing = false
  #saving = false
  /** Stopped, or its store failed: nothing is carried out any more. */
  #over = false
  #cancelWake: (() => void) | undefined
  #wakesAt: number | undefined
  #idleListeners: (() => void)[] = []

  constructor(options: DriverOptions<Frame>) {
    this.#options = options
    const { verifier, limits } = options
    this.#forwarded = limits.forwarded && new RateLimiter(limits.forwarded)
    this.#gossiped = new TokenBucket(limits.gossip)
    this.#offers = new Gate(options, { verifier, limit: limits.offers })
    const remembering = rememberingVerifier(verifier, { entriesMax: limits.signaturesMax })
    this.#direct = new Gate(options, { verifier: remembering, limit: limits.direct })
  }

  /** From now on messages go out over `transport`. Call it before the transport begins to receive. */
  attach(transport: Transport<Frame>): void {
    this.#transport = transport
  }

  /** Effects that wait to be carried out. */
  get backlog(): number {
    return this.#batch.length - this.#begun + this.#waiting.length
  }

  /** The agent begins to trade; until then it only listens. */
  start(): void {
    this.#step({ type: 'start' })
  }

  /** Sends and saves nothing more and wakes no more. */
  stop(): void {
    this.#over = true
    this.#batch = none
    this.#begun = 0
    this.#waiting.length = 0
    this.#cancelWake?.()
    this.#tellIdle()
  }

  command(command: Command): void {
    this.#step({ type: 'command', command })
  }

  gossip(from: PeerId, frame: Frame): Verdict {
    if (this.#isDeaf) return 'ignore'
    const now = this.#options.clock.now()
    // The allowance of all second: a peer that is beyond its own allowance takes nothing from that of all.
    if (this.#forwarded?.allow(from, now) === false || !this.#gossiped.allow(now)) {
      this.#options.onRefused?.(from, 'rate-limited', 'gossip', frame)
      return 'ignore'
    }
    const { type, code } = this.#offered(from, frame)
    if (type === 'reject') this.#options.onRefused?.(from, code, 'gossip', frame)
    else if (type === 'ignore') this.#options.onIgnored?.(from, code, frame)
    return type
  }

  /** Takes an offer that this node asked `from` for: as from gossip, but however many there are. */
  synced(from: PeerId, frame: Frame): Verdict {
    return this.#isDeaf ? 'ignore' : this.#offered(from, frame).type
  }

  #offered(from: PeerId, frame: Frame): Exclude<OfferVerdict, { type: 'accept' }> | { type: 'accept'; code?: never } {
    const { clock, wire } = this.#options
    const arrival = { from, now: clock.now(), context: this.#offers }
    const admitted = judgeOffer(wire.decode(frame, limits.offerBytesMax), arrival)
    if (admitted.type !== 'accept') return admitted
    this.#step({ type: 'gossip', from, message: admitted.message })
    return { type: 'accept' }
  }

  direct(from: PeerId, frame: Frame): void {
    if (this.#isDeaf) return
    const { clock, wire } = this.#options
    const arrival = { from, now: clock.now(), context: this.#direct }
    const admitted = judgeDirect(() => wire.decode(frame, limits.directBytesMax), arrival)
    if (admitted.type === 'accept') this.#step({ type: 'direct', from, message: admitted.message })
    else {
      this.#options.onRefused?.(from, admitted.code, 'direct', frame)
      if (admitted.about === undefined) return
      const body: Refused = { type: 'refused', to: from, code: admitted.code, ...admitted.about }
      this.#enqueue([answer(from, seal(this.#options.signer, body))])
    }
  }

  undelivered(to: PeerId): void {
    this.#step({ type: 'undelivered', to })
  }

  /** Calls `listener` once, as soon as every effect so far is carried out, or none ever will be. */
  whenIdle(listener: () => void): void {
    this.#idleListeners.push(listener)
    if (this.#isIdle) this.#tellIdle()
  }

  get #isIdle(): boolean {
    return this.#over || (this.backlog === 0 && !this.#saving && !this.#performing)
  }

  /** Whether messages are not even looked at. */
  get #isDeaf(): boolean {
    return this.#over || this.backlog >= this.#options.limits.backlogMax
  }

  #tellIdle(): void {
    if (this.#idleListeners.length === 0) return
    for (const listener of this.#idleListeners.splice(0)) listener()
  }

  #step(event: AgentEvent): void {
    if (this.#over) return
    const { agent, clock, trace } = this.#options
    const now = clock.now()
    const effects = agent.step(now, event)
    this.#arm()
    trace?.step(now, event, effects)
    this.#enqueue(effects)
  }

  #arm(): void {
    const { agent, clock } = this.#options
    const { deadline } = agent
    if (deadline === this.#wakesAt && this.#cancelWake !== undefined) return
    this.#cancelWake?.()
    this.#cancelWake = undefined
    this.#wakesAt = deadline
    if (deadline === undefined) return
    this.#cancelWake = clock.wakeAt(deadline, this.#wake)
  }

  readonly #wake = (): void => {
    this.#cancelWake = undefined
    this.#step(woken)
  }

  #enqueue(effects: readonly Effect[]): void {
    if (this.#over || effects.length === 0) return
    if (this.backlog > 0) this.#waiting.push(...effects)
    else {
      this.#batch = effects
      this.#begun = 0
    }
    this.#perform()
  }

  /** Carries out what waits. An effect may lead straight to another step; what that brings goes to the end of the queue. */
  #perform(): void {
    if (this.#performing) return
    this.#performing = true
    try {
      for (let effect = this.#next(); effect !== undefined; effect = this.#next()) this.#carryOut(effect)
    } finally {
      this.#performing = false
    }
    if (this.#isIdle) this.#tellIdle()
  }

  /** The effect that is to be carried out now. Taken before it is begun: nothing is carried out twice, even if it throws. */
  #next(): Effect | undefined {
    if (this.#saving) return undefined
    if (this.#begun === this.#batch.length) {
      this.#batch = this.#waiting.length === 0 ? none : this.#waiting.splice(0)
      this.#begun = 0
    }
    const effect = this.#batch[this.#begun]
    if (effect !== undefined) this.#begun += 1
    return effect
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'publish':
        this.#transport?.publish(this.#options.wire.encode(effect.message))
        break
      case 'send':
        this.#transport?.send(effect.to, this.#options.wire.encode(effect.message), effect.addresses)
        break
      case 'save':
        this.#saving = true
        this.#options.store.write(effect.records, { sync: effect.sync }, this.#saved)
        break
      case 'report':
        this.#options.onFact(effect.fact)
        break
    }
  }

  readonly #saved = (error?: Error): void => {
    this.#saving = false
    if (this.#over) return
    if (error === undefined) {
      this.#perform()
      return
    }
    this.stop()
    this.#options.onFailure(error)
  }
}

/** What admission is told of the node behind it. A class, since one object of closures for each node would weigh more. */
class Gate implements AdmissionContext {
  readonly market: string
  readonly me: PeerId
  readonly verifier: Verifier
  readonly limiter: RateLimiter
  readonly #agent: DriverOptions['agent']

  constructor(
    { market, signer, agent }: Pick<DriverOptions, 'market' | 'signer' | 'agent'>,
    { verifier, limit }: { readonly verifier: Verifier; readonly limit: RateLimit },
  ) {
    this.market = market
    this.me = signer.id
    this.verifier = verifier
    this.limiter = new RateLimiter(limit)
    this.#agent = agent
  }

  knownSequence(offer: OfferId, seller: PeerId): number | undefined {
    return this.#agent.sequenceOf(offer, seller)
  }

  hasRoom(offer: OfferId): boolean {
    return this.#agent.hasRoom(offer)
  }
}
