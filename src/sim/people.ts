/** Who takes part in a simulation, with identities that follow from the seed. */
import type { BuyPlan } from '../agent/rules.js'
import { scaled } from '../mechanism/valuation.js'
import type { SimulationOptions } from './options.js'
import { type Person, populationOf } from './population.js'
import { simulatedSigner } from './signer.js'
import type { SimulatedPerson } from './world.js'

/** `worth`: what a buyer truly values, whatever it declares. */
export type Participating = SimulatedPerson & { readonly worth?: BuyPlan['valuation'] }

export function peopleOf(options: SimulationOptions): readonly Participating[] {
  const { seed, fast } = options
  return populationOf(options).map((person) => ({
    signer: simulatedSigner(`${seed} ${person.name}`, { open: fast }),
    ...(person.wants && { worth: person.wants.valuation }),
    ...declaredBy(person, options),
  }))
}

/** What a person says of itself: one of them may declare another value than it has. */
function declaredBy(person: Person, { misreport }: SimulationOptions): Person {
  const { name, wants } = person
  if (misreport === undefined || wants === undefined || name !== `buyer-${misreport.buyer}`) return person
  return { ...person, wants: { ...wants, valuation: scaled(wants.valuation, misreport.perMille / 1_000) } }
}
