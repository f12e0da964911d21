/** `overage doctor` from its flags to its exit code. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pc from 'picocolors'
import { loadConfig } from '../config.js'
import { exitCodes, UsageError } from '../errors.js'
import { counted } from '../format.js'
import { passphraseSource } from '../passphrase.js'
import { tableOf } from '../table.js'
import type { Check } from './check.js'
import { type Examination, examine, exists, type Patient } from './examine.js'
import { type Repair, repair } from './repair.js'

export interface DoctorFlags {
  readonly config?: string
  readonly passphraseFile?: string
  readonly repair?: boolean
  readonly acceptLoss?: boolean
  readonly json?: boolean
}

/** Sets the exit code. @throws UsageError when there is no such folder, CommandError when a repair would forget too much. */
export async function runDoctor(folder: string, flags: DoctorFlags): Promise<void> {
  if (!exists(folder))
    throw new UsageError(`${folder}: no such folder`, { advice: 'name the folder of a node, such as .overage/me' })
  if (flags.acceptLoss && !flags.repair) throw new UsageError('--accept-loss: only together with --repair')
  const patient: Patient = {
    folder,
    plans: await plansOf(folder, flags.config),
    passphrase: passphraseSource(flags.passphraseFile),
  }
  let found = await examine(patient)
  const repaired = flags.repair ? await repair(folder, found, { acceptLoss: flags.acceptLoss === true }) : undefined
  if (repaired !== undefined) found = await examine(patient)
  const healthy = found.checks.every(({ state }) => state !== 'problem')
  process.stdout.write(flags.json ? asJson(folder, found, { healthy, repaired }) : asText(found, { healthy, repaired }))
  process.exitCode = healthy ? exitCodes.done : exitCodes.failed
}

/** Of the configuration named, or of one that lies in the folder, as a swarm's does. */
async function plansOf(folder: string, named: string | undefined): Promise<Patient['plans']> {
  const own = join(folder, 'node.json')
  const file =
    named ??
    (await readFile(own).then(
      () => own,
      () => undefined,
    ))
  return file === undefined ? undefined : loadConfig({ file, environment: {}, flags: {} })
}

interface Outcome {
  readonly healthy: boolean
  readonly repaired: Repair | undefined
}

function asJson(folder: string, { checks, audit }: Examination, { healthy, repaired }: Outcome): string {
  const { sold, bought, unsettled, bad } = audit
  return `${JSON.stringify({ folder, healthy, checks, sold, bought, unsettled, bad, repaired: repaired ?? null }, undefined, 2)}\n`
}

const signs: Record<Check['state'], string> = { ok: pc.green('✔'), note: pc.yellow('•'), problem: pc.red('✘') }

function asText({ checks }: Examination, { healthy, repaired }: Outcome): string {
  const rows = checks.map(({ check, state, detail }) => [signs[state], check, detail])
  const table = tableOf([{ title: '' }, { title: 'what' }, { title: 'how it stands' }], rows)
  const advice = checks.flatMap(({ state, advice: what, check }) =>
    state === 'problem' && what !== undefined ? [`  ${check}: ${what}`] : [],
  )
  const problems = checks.filter(({ state }) => state === 'problem').length
  const mended =
    repaired === undefined
      ? []
      : ['', `Repaired; the folder as it was is ${repaired.copy}`, ...repaired.done.map((one) => `  ${one}`)]
  const verdict = healthy ? 'Healthy: the node can be started.' : `${counted(problems, 'problem')}:`
  return `${[table, ...mended, '', verdict, ...advice].join('\n')}\n`
}
