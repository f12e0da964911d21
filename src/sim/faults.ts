/** What happens to nodes in a simulation, apart from what the network does to messages. */
import type { PeerId } from '../ports/signer.js'
import { type Millis, millis } from '../units.js'
import type { Prng } from './prng.js'

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

/** What befalls whom, and when: times since the start of the run. */
export interface FaultPlan {
  readonly crashes: readonly Crash[]
  readonly splits: readonly Split[]
}

export interface Crash {
  readonly id: PeerId
  readonly atMs: Millis
  readonly downMs: Millis
  readonly powerLoss: boolean
}

export interface Split {
  readonly atMs: Millis
  readonly forMs: Millis
  /** Everybody is in one of them. */
  readonly groups: readonly (readonly PeerId[])[]
}

/** What a plan is carried out on. */
export interface Fallible {
  after(delayMs: Millis, action: () => void): void
  crash(id: PeerId, options: { readonly powerLoss: boolean }): void
  start(id: PeerId): void
  partition(sideOf: (id: PeerId) => unknown): void
  heal(): void
}

/** No node fails. */
export const noFaults: FaultOptions = Object.freeze<FaultOptions>({
  crashPerMille: 0,
  crashFromMs: millis(0),
  crashToMs: millis(0),
  downMsMin: millis(0),
  downMsMax: millis(0),
  powerLossPerMille: 0,
  partitions: [],
})

/** Draws who fails and when. One more person changes nobody else's crash. */
export function planOf(
  options: FaultOptions,
  { people, random }: { readonly people: readonly PeerId[]; readonly random: Prng },
): FaultPlan {
  const fails = options.crashPerMille > 0
  const crashes = fails ? people.flatMap((id) => crashOf(options, id, random.fork(`crash ${id}`))) : []
  const splits = options.partitions.map(({ atMs, forMs, groups }, index) => ({
    atMs,
    forMs,
    groups: dealt(random.fork(`partition ${index}`).shuffled(people), groups),
  }))
  return { crashes, splits }
}

function crashOf(options: FaultOptions, id: PeerId, random: Prng): readonly Crash[] {
  if (random.below(1_000) >= options.crashPerMille) return []
  const atMs = millis(random.between(options.crashFromMs, options.crashToMs))
  const downMs = millis(random.between(options.downMsMin, options.downMsMax))
  return [{ id, atMs, downMs, powerLoss: random.below(1_000) < options.powerLossPerMille }]
}

const dealt = <T>(items: readonly T[], hands: number): readonly (readonly T[])[] =>
  Array.from({ length: hands }, (_, hand) => items.filter((_item, index) => index % hands === hand))

/** When the last of it is over. */
export const endOf = ({ crashes, splits }: FaultPlan): Millis =>
  millis(
    [...crashes.map(({ atMs, downMs }) => atMs + downMs), ...splits.map(({ atMs, forMs }) => atMs + forMs)].reduce(
      (last, end) => Math.max(last, end),
      0,
    ),
  )

/**
 * Lets the plan happen to a world that has just started. Splits may overlap: two nodes reach each other while no split that
 * lasts holds them apart.
 */
export function applyFaults(world: Fallible, { crashes, splits }: FaultPlan): void {
  for (const { id, atMs, downMs, powerLoss } of crashes) {
    world.after(atMs, () => world.crash(id, { powerLoss }))
    world.after(millis(atMs + downMs), () => world.start(id))
  }
  const lasting = new Set<ReadonlyMap<PeerId, number>>()
  const split = (): void => {
    if (lasting.size === 0) world.heal()
    else world.partition((id) => [...lasting].map((groupOf) => groupOf.get(id)).join(' '))
  }
  for (const { atMs, forMs, groups } of splits) {
    const groupOf = new Map(groups.flatMap((members, group) => members.map((id) => [id, group] as const)))
    world.after(atMs, () => {
      lasting.add(groupOf)
      split()
    })
    world.after(millis(atMs + forMs), () => {
      lasting.delete(groupOf)
      split()
    })
  }
}
