/** `overage testnet init`: a network that nobody runs yet, as the bundle that everybody needs. */
import { access } from 'node:fs/promises'
import { z } from 'zod'
import type { Rules } from '../../src/agent/rules.js'
import { lanRules } from '../../src/agent/rules.js'
import { addressesField } from '../config.js'
import { UsageError } from '../errors.js'
import { currencyField, currencyTextField, marketField } from '../fields.js'
import { numberOf, valueIn } from '../flag-values.js'
import { checkValue } from '../input.js'
import { durationField } from '../notation.js'
import { rulesField, rulesWith } from '../rules-fields.js'
import { type Bundle, bundleOf, bundleText, newKey, shardsField, testnetRules } from './bundle.js'
import { saveBundle } from './bundle-file.js'
import { describeInit } from './report.js'

/** As the command line has them. */
export interface InitFlags {
  readonly bootstrap?: string
  readonly currency: string
  readonly epsilon?: string
  readonly round?: string
  readonly shards: string
  readonly heardShards?: string
  readonly lan?: boolean
  readonly rule: readonly string[]
  readonly private?: boolean
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

export async function initTestnet(name: string, flags: InitFlags): Promise<void> {
  const bundle = draftOf(name, flags)
  const file = flags.out ?? `${name}.testnet.json`
  if (!flags.force && (await exists(file)))
    throw new UsageError(`${file} exists`, {
      advice:
        'name another with --out, or replace it with --force: whoever has the old one may then be in another network',
    })
  await saveBundle(file, bundle)
  process.stdout.write(flags.json ? bundleText(bundle) : describeInit(file, bundle))
}

/** @throws UsageError naming the flag at fault. */
export function draftOf(name: string, flags: InitFlags): Bundle {
  const market = valueIn({ given: name, flag: 'NAME', schema: marketField })
  const shards = numberOf({ given: flags.shards, flag: '--shards', schema: shardsField })
  const heard = numberOf({
    given: flags.heardShards ?? `${Math.min(shards, 2)}`,
    flag: '--heard-shards',
    schema: shardsField,
  })
  if (heard > shards) throw new UsageError(`command line: --heard-shards: must be at most --shards, which is ${shards}`)
  return bundleOf({
    market,
    currency: valueIn({ given: flags.currency, flag: '--currency', schema: currencyTextField }),
    shards,
    heardShards: heard,
    rules: rulesOf(flags),
    bootstrap: addressesIn(flags.bootstrap),
    ...(flags.private && { key: newKey() }),
  })
}

function addressesIn(list: string | undefined): readonly string[] {
  const addresses = (list ?? '').split(',').map((part) => part.trim())
  const given = addresses.filter((address) => address !== '')
  return checkValue(
    { '--bootstrap': given },
    {
      source: 'command line',
      schema: z.object({ '--bootstrap': addressesField }),
    },
  )['--bootstrap']
}

function rulesOf({ lan, epsilon, round, rule }: InitFlags): Rules {
  const named = Object.fromEntries(rule.map(ruleIn))
  const base = lan ? { ...lanRules, idleMsMax: testnetRules.idleMsMax } : testnetRules
  return rulesWith(base, {
    ...checkValue(named, { source: 'command line: --rule', schema: rulesField }),
    ...(epsilon !== undefined && { epsilon: numberOf({ given: epsilon, flag: '--epsilon', schema: currencyField }) }),
    ...(round !== undefined && { roundMs: valueIn({ given: round, flag: '--round', schema: durationField('1s') }) }),
  })
}

function ruleIn(text: string): readonly [string, number | string] {
  const [name = '', value, ...rest] = text.split('=')
  if (value === undefined || rest.length > 0)
    throw new UsageError(`command line: --rule: must be a name and a number, such as acceptMsMax=10000, got ${text}`)
  return [name.trim(), value.trim() === '' || Number.isNaN(Number(value)) ? value : Number(value)]
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
