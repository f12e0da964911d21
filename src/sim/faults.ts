/** What happens to nodes in a simulation, apart from what the network does to messages. */
import { type Millis, millis } from '../units.js'

export interface FaultOptions {
  /** Nodes that crash once, in thousandths, each at a moment drawn from the range, and for a time drawn from the other. */
  readonly crashPerMille: number
  readonly crashFromMs: Millis
  readonly crashToMs: Millis
  readonly downMsMin: Millis
  readonly downMsMax: Millis
  /** Of the crashes, those that lose power, and with it what was not synced. */
  readonly powerLossPerMille: number
  /** Times in which the nodes are split into groups that do not reach each other. */
  readonly partitions: readonly Partition[]
}

export interface Partition {
  readonly atMs: Millis
  readonly forMs: Millis
  /** In how many groups the nodes fall, by chance and of about equal size. */
  readonly groups: number
}

export const noFaults: FaultOptions = Object.freeze({
  crashPerMille: 0,
  crashFromMs: millis(0),
  crashToMs: millis(0),
  downMsMin: millis(0),
  downMsMax: millis(0),
  powerLossPerMille: 0,
  partitions: [],
})
