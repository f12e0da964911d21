export type HostName = 'pier' | 'tower' | 'cafe' | 'campus' | 'home'

/** What a person sells and wants; data in GB, money in currency. */
export interface Plan {
  readonly sells?: { readonly gb: number; readonly floor: number }
  readonly wants?: { readonly gb: number; readonly sigma: number; readonly alpha: number; readonly budget?: number }
}

/** A person of the market, and the host that their node runs in. */
export interface Person extends Plan {
  readonly host: HostName
}

/**
 * Ten people on five hosts, of which `tower` and `home` sit behind gateways. Those who are there from the start want less than
 * there is; `late` wants all of the rest and more, so that what `stray` offers in the east while the trunk is cut can only go to
 * the west once it is mended.
 */
export const early = {
  quay: { host: 'pier', sells: { gb: 10, floor: 5 } },
  ferry: { host: 'pier', wants: { gb: 5, sigma: 30, alpha: 0.6 } },
  spire: { host: 'tower', wants: { gb: 6, sigma: 35, alpha: 0.65, budget: 150 } },
  barista: { host: 'cafe', wants: { gb: 4, sigma: 28, alpha: 0.55 } },
  regular: { host: 'cafe', wants: { gb: 5, sigma: 32, alpha: 0.6 } },
  lecturer: { host: 'campus', sells: { gb: 12, floor: 5.5 } },
  student: { host: 'campus', wants: { gb: 4, sigma: 26, alpha: 0.5, budget: 60 } },
  hermit: { host: 'home', sells: { gb: 8, floor: 4 } },
} as const satisfies Readonly<Record<string, Person>>
export const late: Person = { host: 'tower', wants: { gb: 32, sigma: 45, alpha: 0.4 } }
export const stray: Person = { host: 'cafe', sells: { gb: 9, floor: 5 } }

/** A plan as `overage join` takes it. */
export function flagsOf({ sells, wants }: Plan): readonly string[] {
  return [
    ...(sells === undefined ? [] : ['--sell', `${sells.gb}GB`, '--floor', `${sells.floor}`]),
    ...(wants === undefined
      ? []
      : ['--buy', `${wants.gb}GB`, '--sigma', `${wants.sigma}`, '--alpha', `${wants.alpha}`]),
    ...(wants?.budget === undefined ? [] : ['--budget', `${wants.budget}`]),
  ]
}
