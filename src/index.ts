/**
 * The market as a library: its mathematics, its agents and its protocol, without a socket, a clock or a promise.
 *
 * ```ts
 * import { clear, megabytes, ticks } from 'overage'
 *
 * const ask = { stock: megabytes(100), reserve: ticks(0) }
 * const bids = [{ buyer: 'a', quantity: megabytes(80), price: ticks(4) }, { buyer: 'b', quantity: megabytes(50), price: ticks(3) }]
 * clear(ask, bids).awards // a gets 80 MB and pays for the 30 MB that b misses by it; b gets 20 MB for nothing
 * ```
 *
 * - **mechanism**: `clear`, ladders, valuations, strategies and what an observer measures. Pure functions of integers.
 * - **protocol**: messages, their bytes and signatures, and the rules by which they are admitted (SPEC.md).
 * - **agent**: {@link Participant}, an event in, effects out; {@link Driver} runs one against the ports.
 * - **runtime**: {@link recorded} notes all that a participant is given and does; {@link replay} does it again from that alone.
 * - **ports**: what a host must provide: a clock, a store, a transport, a signer, chance.
 * - **sim**: {@link World}, the same agents in virtual time, and {@link violationsIn}, the laws checked from stores.
 *
 * `overage/node` has the same participant on libp2p and LevelDB.
 *
 * @packageDocumentation
 */

export type {
  Agent,
  AgentEvent,
  BuyerStatus,
  Command,
  Effect,
  Fact,
  ParticipantStatus,
  SellerStatus,
} from './agent/agent.js'
export { type Agreement, agreedRules, networkIdOf } from './agent/agreement.js'
export { Participant, type ParticipantOptions } from './agent/participant.js'
export { type BuyPlan, internetRules, lanRules, type Rules, type SellPlan } from './agent/rules.js'
export * from './inspect/event.js'
export * from './inspect/filter.js'
export { explainFault, type FilterFault, type FilterTree, parseFilter } from './inspect/filter-syntax.js'
export * from './inspect/line.js'
export * from './mechanism/anticipation.js'
export { type Award as Allocation, type Clearing, clear } from './mechanism/auction.js'
export type { Ask, Bid as BookBid, Ladder, Rung } from './mechanism/bid.js'
export * from './mechanism/ladder.js'
export * from './mechanism/measures.js'
export * from './mechanism/pool.js'
export * from './mechanism/reply.js'
export * from './mechanism/reserve.js'
export { playStaticGame } from './mechanism/static-game.js'
export * from './mechanism/strategy.js'
export * from './mechanism/valuation.js'
export type { Clock } from './ports/clock.js'
export type { Random } from './ports/random.js'
export type { PeerId, Signer, Verifier } from './ports/signer.js'
export type { Json, Store, StoreContents, StoreRecord } from './ports/store.js'
export type { Trace } from './ports/trace.js'
export type { Receiver, Transport, Verdict } from './ports/transport.js'
export * from './protocol/admission.js'
export * from './protocol/clock-offset.js'
export * from './protocol/codec.js'
export * from './protocol/hello.js'
export * from './protocol/message.js'
export * from './protocol/offer-index.js'
export * from './protocol/offer-sync.js'
export * from './protocol/proof.js'
export * from './protocol/signing.js'
export * from './protocol/topics.js'
export { Driver, type DriverLimits, type DriverOptions, defaultDriverLimits } from './runtime/driver.js'
export * from './runtime/recording.js'
export * from './runtime/replay.js'
export {
  type Draw,
  type ReadLine,
  type RunLine,
  readLine,
  type SignatureScheme,
  type StepLine,
  signatureSchemes,
  type TraceLine,
  textOfLine,
  traceVersion,
} from './runtime/trace-line.js'
export { type Law, type Ledger, laws, type Violation, violationsIn } from './sim/checkers.js'
export { type GossipOptions, internetNetwork, lanNetwork, type NetworkOptions } from './sim/network.js'
export { Prng } from './sim/prng.js'
export type { Step } from './sim/watch/step.js'
export { type SimulatedPerson, World, type WorldOptions } from './sim/world.js'
export * from './units.js'
