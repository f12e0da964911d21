/** The rules of a market as a configuration may change them. Units and reasons stand at {@link Rules}. */
import { z } from 'zod'
import type { Rules } from '../src/agent/rules.js'
import type { Json } from '../src/ports/store.js'
import { limits } from '../src/protocol/message.js'
import { microsPerCurrency } from '../src/units.js'
import { countField, currencyField, millisField } from './fields.js'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const perMille = countField({ min: 0, max: 1_000 })

/** All but ε, which people write in currency. */
const waitsAndSizes = {
  viewMax: countField({ min: 1, max: 64 }),
  loyaltyPerMille: countField({ min: 0, max: 10_000 }),
  anticipationPerMille: perMille,
  gateSharePerMille: perMille,
  reactMsMax: millisField({ min: 1, max: hourMs }),
  roundMs: millisField({ min: 10, max: hourMs }),
  calmRounds: countField({ min: 1, max: 100 }),
  roundsMax: countField({ min: 1, max: 1_000 }),
  reserveRisePerMille: perMille,
  reserveFallPerMille: perMille,
  acceptMsMax: millisField({ min: 100, max: dayMs }),
  resendMs: millisField({ min: 10, max: hourMs }),
  resendMsMax: millisField({ min: 10, max: dayMs }),
  silenceMsMax: millisField({ min: 10, max: dayMs }),
  idleMsMax: millisField({ min: 100, max: 31 * dayMs }),
  gossipMsMin: millisField({ min: 10, max: hourMs }),
  refreshMs: millisField({ min: 1_000, max: dayMs }),
  offerMsMax: millisField({ min: 1_000, max: dayMs }),
  gossipMovePerMille: perMille,
  participantsMax: countField({ min: 1, max: limits.participantsMax }),
  offersMax: countField({ min: 1, max: 1_000_000 }),
  undeliveredMax: countField({ min: 1, max: 1_000 }),
} satisfies { readonly [Name in Exclude<keyof Rules, 'epsilon'>]: z.ZodType<Rules[Name], unknown> }

/** Rules that are named replace the defaults; `epsilon` is in currency. */
export const rulesField = z.strictObject({ epsilon: currencyField, ...waitsAndSizes }).partial()
/** The same for market files, where ε stands beside the rules. */
export const rulesWithoutEpsilonField = z.strictObject(waitsAndSizes).partial()

/** `base` with every rule that `changes` names. */
export function rulesWith(base: Rules, changes: z.infer<typeof rulesField>): Rules {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...base, ...Object.fromEntries(named) })
}

/** Rules as people write them: what {@link rulesField} reads back as the same rules. */
export const rulesAsWritten = (rules: Rules): Json => ({ ...rules, epsilon: rules.epsilon / microsPerCurrency })
