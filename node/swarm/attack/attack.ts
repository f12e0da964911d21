import type { PeerId } from '../../../src/ports/signer.js'

/** What an attack is aimed at. */
export interface AttackOptions {
  readonly market: string
  /** Multiaddrs of nodes, with their peer ids. */
  readonly targets: readonly string[]
  /** How many identities it takes; default: as the attack says. */
  readonly identities?: number
  /** How often a second it does what it does; default: as the attack says. */
  readonly perSecond?: number
}

/** An attack that runs. */
export interface RunningAttack {
  /** Who attacks. */
  readonly peerIds: readonly PeerId[]
  /** What it did so far, by what it is. */
  did(): Readonly<Record<string, number>>
  /** Resolves when no attacker runs any more. */
  stop(): Promise<void>
}

/** A misbehaviour that real nodes must bear. */
export interface Attack {
  readonly name: string
  /** One line for people. */
  readonly what: string
  start(options: AttackOptions): Promise<RunningAttack>
}
