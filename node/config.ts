/**
 * The configuration of one node: defaults < file < environment < flags. The file may hold every field; what a person
 * changes from run to run can be said in the environment or by a flag too ({@link settings}).
 */
import { join } from 'node:path'
import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'
import { type BuyPlan, internetRules, lanRules, type Rules, type SellPlan } from '../src/agent/rules.js'
import { millis } from '../src/units.js'
import { type ApiAddress, apiAddressIn } from './api/address.js'
import { marketField, nameField } from './fields.js'
import { checkInput, checkValue, gotOf, readInput } from './input.js'
import { sellsField, wantsField } from './person.js'
import { rulesField, rulesWith } from './rules-fields.js'
import { type LogLevel, logLevels, type Setting, type SettingFlag, settings } from './settings.js'

export interface NodeConfig {
  /** For people and logs. */
  readonly name: string
  /** Only nodes of one market trade with each other. */
  readonly market: string
  /** Holds the identity and the store; no two nodes may share it. */
  readonly folder: string
  /** Multiaddrs. */
  readonly listen: readonly string[]
  readonly bootstrap: readonly string[]
  readonly local: boolean
  /** Where its HTTP API listens; undefined: nowhere. */
  readonly api?: ApiAddress
  readonly passphraseFile?: string
  /** 32 bytes; absent for every real person. */
  readonly identitySeed?: Uint8Array
  readonly sells?: SellPlan
  readonly wants?: BuyPlan
  readonly rules: Rules
  readonly log: { readonly file: string; readonly level: LogLevel }
  readonly trace?: string
  /** A folder for captures. */
  readonly capture?: string
}

const addressField = z.custom<string>(isMultiaddr, {
  error: ({ input }) => `must be a multiaddr such as /ip4/127.0.0.1/tcp/4001, ${gotOf(input)}`,
})
export const addressesMax = 32
export const addressesField = z
  .array(addressField)
  .max(addressesMax, { error: `must hold at most ${addressesMax} multiaddrs` })
const pathField = z.string().min(1, { error: 'must name a path' }).max(4_096, { error: 'must be a shorter path' })
const switchField = z.boolean({ error: ({ input }) => `must be true or false, ${gotOf(input)}` })
const apiField = z.custom<string>((value) => value === 'off' || apiOf(value) !== undefined, {
  error: ({ input }) => `must be off, or an IP address and a port such as 127.0.0.1:7700, ${gotOf(input)}`,
})
const apiOf = (value: unknown): ApiAddress | undefined => (typeof value === 'string' ? apiAddressIn(value) : undefined)
const levelField = z.enum(logLevels, {
  error: ({ input }) => `must be one of ${logLevels.join(', ')}, ${gotOf(input)}`,
})

function isMultiaddr(value: unknown): boolean {
  try {
    return typeof value === 'string' && value.startsWith('/') && multiaddr(value).getComponents().length > 0
  } catch {
    return false
  }
}

/** What each setting may be, by flag. */
const settingFields: Readonly<Record<SettingFlag, z.ZodType>> = {
  name: nameField,
  market: marketField,
  folder: pathField,
  listen: addressesField,
  bootstrap: addressesField,
  local: switchField,
  api: apiField,
  'passphrase-file': pathField,
  'log-file': pathField,
  'log-level': levelField,
  trace: pathField,
  capture: pathField,
}

const seedBytes = 32

/** A person's offer stays open as long as it was meant to, whether or not anybody bids at first. */
const patienceMs = millis(86_400_000)

const fileSchema = z.strictObject({
  name: nameField.default('me'),
  market: marketField.default('local'),
  folder: pathField.optional(),
  listen: addressesField.min(1, { error: 'must name at least one multiaddr' }).optional(),
  bootstrap: addressesField.default([]),
  local: switchField.default(false),
  api: apiField.default('127.0.0.1:0'),
  passphraseFile: pathField.optional(),
  /** Whoever knows the seed is this node: only for swarms that must be repeatable. */
  identitySeed: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: `must be ${seedBytes} bytes as ${2 * seedBytes} lower-case hexadecimal digits` })
    .optional(),
  sells: sellsField.optional(),
  wants: wantsField.optional(),
  rules: rulesField.default({}),
  log: z.strictObject({ file: pathField.optional(), level: levelField.default('info') }).prefault({}),
  trace: pathField.optional(),
  capture: pathField.optional(),
})

const configSchema: z.ZodType<NodeConfig, unknown> = fileSchema.transform((file) => {
  const folder = file.folder ?? join('.overage', file.name)
  const api = apiOf(file.api)
  return {
    name: file.name,
    market: file.market,
    folder,
    listen: file.listen ?? [file.local ? '/ip4/127.0.0.1/tcp/0' : '/ip4/0.0.0.0/tcp/0'],
    bootstrap: file.bootstrap,
    local: file.local,
    ...(api !== undefined && { api }),
    ...(file.passphraseFile !== undefined && { passphraseFile: file.passphraseFile }),
    ...(file.identitySeed !== undefined && { identitySeed: new Uint8Array(Buffer.from(file.identitySeed, 'hex')) }),
    ...(file.sells !== undefined && { sells: file.sells }),
    ...(file.wants !== undefined && { wants: file.wants }),
    rules: rulesWith({ ...(file.local ? lanRules : internetRules), idleMsMax: patienceMs }, file.rules),
    log: { file: file.log.file ?? join(folder, 'log.jsonl'), level: file.log.level },
    ...(file.trace !== undefined && { trace: file.trace }),
    ...(file.capture !== undefined && { capture: file.capture }),
  }
})

export interface ConfigLayers {
  /** A path, `-` for standard input, or undefined for none. */
  readonly file: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** As the command line has them, by flag name. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>
}

/** @throws UsageError naming the file and path, the variable, or the flag at fault. */
export async function loadConfig({ file, environment, flags }: ConfigLayers): Promise<NodeConfig> {
  const example = 'overage node --config node.json'
  const written = file === undefined ? {} : checkInput(await readInput(file, { example }), z.unknown())
  const source = file === undefined ? 'configuration' : file === '-' ? 'standard input' : file
  // The file alone first, so that its faults are shown under its own name.
  checkValue(written, { source, schema: fileSchema })
  const layered = structuredClone(written) as Record<string, unknown>
  for (const setting of settings) {
    const variable = environment[setting.variable]
    const flag = flags[setting.flag]
    if (variable !== undefined && variable !== '')
      place(layered, setting, { given: variable, label: setting.variable, source: 'environment' })
    if (flag !== undefined) place(layered, setting, { given: flag, label: `--${setting.flag}`, source: 'command line' })
  }
  return checkValue(layered, { source, schema: configSchema })
}

interface Given {
  readonly given: string | boolean
  readonly label: string
  readonly source: string
}

function place(layered: Record<string, unknown>, setting: Setting, { given, label, source }: Given): void {
  const value = typeof given === 'string' ? parsed(given, setting.reads) : given
  checkValue({ [label]: value }, { source, schema: z.strictObject({ [label]: settingFields[setting.flag] }) })
  const [first, second] = setting.field
  if (second === undefined) layered[first] = value
  else layered[first] = { ...(layered[first] as object | undefined), [second]: value }
}

function parsed(text: string, reads: Setting['reads']): unknown {
  switch (reads) {
    case 'text':
      return text
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    case 'switch':
      return text === 'true' ? true : text === 'false' ? false : text
  }
}
