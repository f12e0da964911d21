/** A testnet bundle: all that a stranger needs to join a network, in one file (docs/testnet.md). */
import { z } from 'zod'
import { type Agreement, agreedRules, networkIdOf } from '../../src/agent/agreement.js'
import { internetRules, type Rules } from '../../src/agent/rules.js'
import type { Json } from '../../src/ports/store.js'
import { type NetworkId, protocolVersion } from '../../src/protocol/hello.js'
import { microsPerCurrency, millis } from '../../src/units.js'
import { addressesField } from '../config.js'
import { UsageError } from '../errors.js'
import { countField, currencyTextField, marketField } from '../fields.js'
import { checkValue, gotOf } from '../input.js'
import { rulesField } from '../rules-fields.js'

export interface Bundle {
  readonly id: NetworkId
  readonly agreement: Agreement
  /** How many shards a person's node listens to, at most all. */
  readonly heardShards: number
  /** Every rule, the agreed ones included. */
  readonly rules: Rules
  readonly bootstrap: readonly string[]
  /** 32 bytes without which nobody connects; absent: an open network. */
  readonly key?: Uint8Array
}

/** What a bundle's file says that it is. */
export const bundleFormat = 'overage-testnet/1'
export const shardsMax = 64
export const bundleBytesMax = 65_536
const keyBytes = 32

/** What people read off a bundle; the protocol's version fixes it. */
const units = { data: 'MB', price: '0.001 currency per GB', money: '0.000001 currency' } as const

/** An offer stays open as long as its person meant it to, whether or not anybody bids at first. */
const patienceMs = millis(86_400_000)
export const testnetRules: Rules = Object.freeze({ ...internetRules, idleMsMax: patienceMs })

const must =
  (be: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    `must be ${be}, ${gotOf(input)}`

export const shardsField = countField({ min: 1, max: shardsMax })
const hashField = z.string().regex(/^[0-9a-f]{64}$/, { error: must('64 lower-case hexadecimal digits') })

type AgreedRule = (typeof agreedRules)[number]
const { shape } = rulesField
const isAgreed = (rule: string): rule is AgreedRule => (agreedRules as readonly string[]).includes(rule)
const shapeOf = (wanted: (rule: string) => boolean) =>
  Object.fromEntries(Object.entries(shape).filter(([rule]) => wanted(rule))) as typeof shape

const agreedField = z.strictObject({
  protocol: z.literal(protocolVersion, { error: must(`${protocolVersion}, the version that this overage speaks`) }),
  market: marketField,
  currency: currencyTextField,
  shards: shardsField,
  units: z.strictObject({
    data: z.literal(units.data),
    price: z.literal(units.price),
    money: z.literal(units.money),
  }),
  rules: z.strictObject(shapeOf(isAgreed)).required(),
})

const bundleSchema = z.strictObject({
  format: z.literal(bundleFormat, { error: must(`"${bundleFormat}"`) }),
  id: hashField,
  agreed: agreedField,
  suggested: z
    .strictObject({ heardShards: shardsField.default(1), rules: z.strictObject(shapeOf((rule) => !isAgreed(rule))) })
    .prefault({ rules: {} }),
  bootstrap: addressesField,
  key: hashField.optional(),
})

/** Checks a parsed bundle. @throws UsageError naming each field at fault, or saying that the id is another network's. */
export function bundleIn(value: unknown, source: string): Bundle {
  const { id, agreed, suggested, bootstrap, key } = checkValue(value, { source, schema: bundleSchema })
  const { protocol, market, currency, shards } = agreed
  const rules = Object.freeze({ ...testnetRules, ...said(suggested.rules), ...said(agreed.rules) }) as Rules
  const agreement: Agreement = { protocol, market, currency, shards, rules }
  const expected = networkIdOf(agreement)
  if (id !== expected)
    throw new UsageError(
      `${source}: its id ${shortId(id)} is not that of what it agrees on, which is ${shortId(expected)}`,
      {
        advice: `somebody changed it: ask for the original; or, to make another network of it, write "id": "${expected}"`,
      },
    )
  if (rules.refreshMs >= rules.offerMsMax)
    throw new UsageError(`${source}: agreed.rules.refreshMs: must be less than offerMsMax, or offers expire in between`)
  return {
    id,
    agreement,
    heardShards: Math.min(suggested.heardShards, shards),
    rules,
    bootstrap,
    ...(key !== undefined && { key: new Uint8Array(Buffer.from(key, 'hex')) }),
  }
}

const said = (rules: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined))

export interface BundleDraft {
  readonly market: string
  readonly currency: string
  readonly shards: number
  readonly heardShards: number
  readonly rules: Rules
  readonly bootstrap: readonly string[]
  readonly key?: Uint8Array
}

/** A bundle, complete with its id. @throws UsageError as {@link bundleIn}. */
export function bundleOf({ market, currency, shards, rules, ...others }: BundleDraft): Bundle {
  const agreement: Agreement = { protocol: protocolVersion, market, currency, shards, rules }
  const bundle: Bundle = { id: networkIdOf(agreement), agreement, rules, ...others }
  return bundleIn(bundleAsWritten(bundle), 'the bundle')
}

/** A bundle as its file holds it: what {@link bundleIn} reads back as the same bundle. */
export function bundleAsWritten({ id, agreement, heardShards, rules, bootstrap, key }: Bundle): Json {
  const { protocol, market, currency, shards } = agreement
  return {
    format: bundleFormat,
    id,
    agreed: { protocol, market, currency, shards, units, rules: writtenRules(rules, isAgreed) },
    suggested: { heardShards, rules: writtenRules(rules, (rule) => !isAgreed(rule)) },
    bootstrap,
    ...(key !== undefined && { key: Buffer.from(key).toString('hex') }),
  }
}

export const bundleText = (bundle: Bundle): string => `${JSON.stringify(bundleAsWritten(bundle), undefined, 2)}\n`

const writtenRules = (rules: Rules, wanted: (rule: string) => boolean): Json =>
  Object.fromEntries(
    Object.entries(rules)
      .filter(([rule]) => wanted(rule))
      .map(([rule, value]) => [rule, rule === 'epsilon' ? value / microsPerCurrency : value])
      .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
  ) as Json

/** An id as people compare it. */
export const shortId = (id: NetworkId): string => id.slice(0, 12)

export const newKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(keyBytes))
