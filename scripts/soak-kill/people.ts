/** People who never have enough: whoever's node comes back sells or wants some more, so that trade goes on all the while. */
import { readFile, writeFile } from 'node:fs/promises'
import type { Market } from '../../node/market-file.js'
import { sellsAsWritten, wantsAsWritten } from '../../node/person.js'
import { rulesWith } from '../../node/rules-fields.js'
import { lanRules } from '../../src/agent/rules.js'
import type { Person } from '../../src/sim/population.js'
import type { Prng } from '../../src/sim/prng.js'
import { type Megabytes, megabytes, micros, millis, ticks } from '../../src/units.js'

export interface Size {
  readonly sellers: number
  readonly buyers: number
}

const daysMs = 86_400_000

/** Most that one return adds to what is sold or wanted. */
const growthMbMax = 1_500

/** ε is small: what is traded here matters less than how often. */
export function marketOf({ sellers, buyers }: Size, prng: Prng): Market {
  const selling = Array.from(
    { length: sellers },
    (_, index): Person => ({
      name: `seller-${index + 1}`,
      sells: {
        stock: megabytes(prng.between(1_000, 3_000)),
        floor: ticks(prng.between(2_000, 4_000)),
        policy: 'tracking',
        closesAfterMs: millis(daysMs),
      },
    }),
  )
  const buying = Array.from({ length: buyers }, (_, index): Person => {
    const valuation = {
      kind: 'alpha-fair',
      sigma: prng.between(20, 60),
      alpha: 0.3,
      demand: prng.between(1, 3),
    } as const
    return { name: `buyer-${index + 1}`, wants: { valuation, budget: undefined, strategy: 'minimal-pool' } }
  })
  const rules = rulesWith(lanRules, { epsilon: micros(10_000), idleMsMax: millis(15_000) })
  return { market: 'soak', currency: '$', rules, people: [...selling, ...buying] }
}

/** The same person with more to sell and to want. */
export function grown(person: Person, prng: Prng): Person {
  const { name, sells, wants } = person
  const more = prng.between(200, growthMbMax)
  return {
    name,
    ...(sells !== undefined && { sells: { ...sells, stock: (sells.stock + more) as Megabytes } }),
    ...(wants !== undefined && { wants: { ...wants, valuation: wantingMore(wants.valuation, more) } }),
  }
}

type Valuation = NonNullable<Person['wants']>['valuation']

const wantingMore = (valuation: Valuation, more: number): Valuation =>
  valuation.kind === 'parabolic' ? valuation : { ...valuation, demand: valuation.demand + more / 1_000 }

/** Tells the node of it at its next start. */
export async function rewriteConfig(file: string, { sells, wants }: Person): Promise<void> {
  const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  const plans = {
    ...(sells !== undefined && { sells: sellsAsWritten(sells) }),
    ...(wants !== undefined && { wants: wantsAsWritten(wants) }),
  }
  await writeFile(file, `${JSON.stringify({ ...config, ...plans }, undefined, 2)}\n`)
}
