import type { Plan } from './verdict.js'

/** A person of the market: which host their node runs in, and what they want of it. */
export interface Person extends Plan {
  readonly host: HostName
}

export type HostName = 'pier' | 'tower' | 'cafe' | 'campus' | 'home'

/** No auction lasts longer than the suite may. */
const closesAfterSeconds = 75

const sells = (gb: number, floor: number) => ({ sells: { gb, floor, closesAfterSeconds } })
const wants = (gb: number, sigma: number, alpha: number, budget?: number) => ({
  wants: { gb, sigma, alpha, ...(budget !== undefined && { budget }) },
})

/**
 * Ten people on five hosts. Those who are there from the start want less than there is; `late` wants all of the rest and
 * more, so that what `stray` offers in the east while the trunk is cut can only go to the west once it is mended.
 */
export const early: Readonly<Record<string, Person>> = {
  quay: { host: 'pier', ...sells(16, 5) },
  ferry: { host: 'pier', ...wants(5, 30, 0.6) },
  spire: { host: 'tower', ...wants(6, 35, 0.65, 150) },
  barista: { host: 'cafe', ...wants(4, 28, 0.55) },
  regular: { host: 'cafe', ...wants(5, 32, 0.6) },
  lecturer: { host: 'campus', ...sells(18, 5.5) },
  student: { host: 'campus', ...wants(4, 26, 0.5, 60) },
  /** Behind a gateway that lets nobody in. */
  hermit: { host: 'home', ...wants(5, 30, 0.6) },
}
export const late: Person = { host: 'tower', ...wants(30, 45, 0.4) }
export const stray: Person = { host: 'cafe', ...sells(9, 5) }
