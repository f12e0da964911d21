/** Looks at everything in a node's folder and changes nothing. */
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { type Audit, auditOf } from '../../src/runtime/audit.js'
import type { NodeConfig } from '../config.js'
import { gb, money, seconds } from '../format.js'
import { identityFileOf } from '../identity.js'
import { isEncrypted, keyIn, readKeyFile } from '../key-file.js'
import { givenPassphrase, type PassphraseSource } from '../passphrase.js'
import { isProcessRunning } from '../processes.js'
import { ed25519Verifier } from '../signer-ed25519.js'
import { holderFileOf, readHolder } from '../store/holder.js'
import { type Inspection, inspectStore } from '../store/inspect.js'
import { markFileOf } from '../store/mark.js'
import { type Check, note, ok, problem } from './check.js'

export interface Patient {
  readonly folder: string
  /** What the node is to sell and to buy, if that is known. */
  readonly plans: Pick<NodeConfig, 'sells' | 'wants'> | undefined
  readonly passphrase: PassphraseSource
}

export interface Examination {
  readonly checks: readonly Check[]
  readonly inspection: Inspection
  readonly audit: Audit
}

/** A node writes little, but LevelDB rewrites whole files. */
const freeBytesMin = 64 * 1_048_576
/** Clocks of honest machines differ by less. */
const skewMsMax = 60_000
/** Before this project there were no nodes. */
const yearMin = 2025
const unsettledShownMax = 10

export const storeOf = (folder: string): string => join(folder, 'store')

export async function examine(patient: Patient): Promise<Examination> {
  const { folder, plans } = patient
  const inspection = await inspectStore(storeOf(folder))
  const audit = auditOf(inspection.contents, ed25519Verifier, inspection.unreadable)
  const checks = [
    folderCheck(folder),
    lockCheck(folder, inspection),
    await identityCheck(patient, audit),
    storeCheck(folder, inspection),
    ...recordChecks(folder, audit, inspection),
    ...copyChecks(folder, audit),
    ...planChecks(audit, plans),
    ...settlementChecks(audit),
    ...offerChecks(audit),
    diskCheck(folder),
    clockCheck(folder),
  ]
  return { checks, inspection, audit }
}

function folderCheck(folder: string): Check {
  const mode = statSync(folder).mode & 0o777
  if (process.platform === 'win32' || (mode & 0o077) === 0) return ok('folder', `${folder}, for its owner alone`)
  return note('folder', `${folder} can be looked into by others (mode ${mode.toString(8)})`, `run: chmod 700 ${folder}`)
}

function lockCheck(folder: string, { state }: Inspection): Check {
  const holder = readHolder(storeOf(folder))
  const who = holder && `${holder.pid} (${holder.command}), since ${holder.since}`
  const alive = holder !== undefined && isProcessRunning(holder.pid)
  if (state === 'in use')
    return note(
      'lock',
      alive ? `in use by process ${who}` : 'in use by a process that left no note',
      'stop it to have the store looked at',
    )
  if (holder === undefined) return ok('lock', 'free; the last process closed it in good order')
  return note('lock', `free; process ${who} was killed or crashed`)
}

async function identityCheck({ folder, passphrase }: Patient, { owners }: Audit): Promise<Check> {
  const file = identityFileOf(folder)
  const owner = owners.length === 1 ? owners[0] : undefined
  try {
    if (owners.length > 1)
      return problem(
        'identity',
        `the records are of ${owners.length} identities: ${owners.join(', ')}`,
        'restore the folder from a copy',
      )
    const bytes = await readKeyFile(file)
    if (bytes === undefined) return missingIdentity(file, owner)
    const given = isEncrypted(bytes) ? await givenPassphrase(passphrase) : ''
    if (given === undefined)
      return note('identity', `${file} is encrypted; it was not opened`, 'name its passphrase with --passphrase-file')
    const key = await keyIn(bytes, { file, passphrase: async () => given })
    const id = peerIdFromPrivateKey(key).toString()
    if (owner === undefined || owner === id)
      return ok('identity', `${id}, ${isEncrypted(bytes) ? 'encrypted' : 'not encrypted'}, mode 600`)
    return problem('identity', `the key is of ${id}, the records are of ${owner}`, `put the key of ${owner} back`)
  } catch (error) {
    return problem('identity', (error as Error).message, `see ${file}`)
  }
}

const missingIdentity = (file: string, owner: string | undefined): Check =>
  owner === undefined
    ? note(
        'identity',
        `${file} is not there yet; the node makes it at its first start, unless its configuration has a seed`,
      )
    : note(
        'identity',
        `there is no ${file}; the records are of ${owner}`,
        'unless its configuration has a seed, put the key back: without it nothing can be settled',
      )

function storeCheck(folder: string, { state, problems, contents, commits }: Inspection): Check {
  switch (state) {
    case 'absent':
      return note('store', 'there is none yet: this node never traded')
    case 'in use':
      return note('store', 'not looked at while it is in use; a node checks its store when it starts')
    case 'cannot be opened':
      return problem('store', problems.join('; '), `run: overage doctor ${folder} --repair`)
    case 'opened':
      if (problems.length === 0)
        return ok('store', `${contents.length} records after ${commits} synced writes, none missing`)
      return problem(
        'store',
        problems.join('; '),
        `put a newer copy back if there is one, else run: overage doctor ${folder} --repair`,
      )
  }
}

function recordChecks(folder: string, { bad, unknown }: Audit, { state }: Inspection): readonly Check[] {
  if (state !== 'opened') return []
  const found = bad.map(({ key, problem: what, binds }) =>
    problem(
      'records',
      `"${key}" ${what}`,
      binds
        ? `it binds this node: put a copy of ${folder} back if there is one`
        : `run: overage doctor ${folder} --repair`,
    ),
  )
  const strange = unknown.map((key) => note('records', `"${key}" is of a kind that this version does not know`))
  return [...(found.length === 0 ? [ok('records', 'each can be read, and every signature holds')] : found), ...strange]
}

/** Only others can tell: a folder that was put back whole agrees with itself. */
function copyChecks(folder: string, { outrun }: Audit): readonly Check[] {
  if (outrun === undefined) return []
  return [
    problem(
      'copy',
      `an old copy, or one of two: others hold offer ${outrun.offer} as this node signed it, and this folder does not know that`,
      `stop the other copy, or put the newest one back. If there is none: overage doctor ${folder} --repair --accept-loss`,
    ),
  ]
}

function planChecks({ sold, bought }: Audit, plans: Patient['plans']): readonly Check[] {
  const sums = `sold ${gb(sold.quantity)} for ${money(sold.charge)}, bought ${gb(bought.quantity)} for ${money(bought.charge)}`
  if (plans === undefined) return [note('plan', sums, 'name its configuration with --config to compare')]
  const { sells, wants } = plans
  const demand = wants === undefined ? 0 : valuationOf(wants.valuation).demand
  const faults = [
    ...(sold.quantity > (sells?.stock ?? 0) ? [`sold ${gb(sold.quantity)} of ${gb(sells?.stock ?? 0)}`] : []),
    ...(bought.quantity > demand ? [`bought ${gb(bought.quantity)} of ${gb(demand)}`] : []),
    ...(wants?.budget !== undefined && bought.charge > wants.budget
      ? [`spent ${money(bought.charge)} of ${money(wants.budget)}`]
      : []),
  ]
  if (faults.length === 0) return [ok('plan', `${sums}, within its plans`)]
  return faults.map((fault) => problem('plan', fault, 'raise its plan to what was traded, or look for who changed it'))
}

function settlementChecks({ unsettled }: Audit): readonly Check[] {
  if (unsettled.length === 0) return [ok('settlement', 'nothing is unsettled')]
  const shown = unsettled
    .slice(0, unsettledShownMax)
    .map(({ type, peer, quantity, charge, award }) =>
      note(
        'settlement',
        `an ${type}: ${gb(quantity)} for ${money(charge)}, with ${peer}, award ${award.slice(0, 12)}…`,
        'it is settled when both nodes run',
      ),
    )
  const more = unsettled.length - shown.length
  return more === 0 ? shown : [...shown, note('settlement', `and ${more} more`)]
}

function offerChecks({ offer, bids }: Audit): readonly Check[] {
  const found: Check[] = []
  if (offer?.open) {
    const closes = new Date(offer.closesAt).toISOString()
    const over =
      offer.closesAt <= Date.now() ? 'its time is over: the next start closes it' : 'the next start goes on with it'
    found.push(note('offer', `offer ${offer.number} is open with ${gb(offer.stock)} until ${closes}; ${over}`))
  }
  if (bids.received > 0) found.push(note('offer', `${bids.received} bids of others stand here`))
  if (bids.own > 0) found.push(note('offer', `${bids.own} own bids stand at sellers`))
  return found.length === 0 ? [ok('offer', 'no offer is open, and no bid stands')] : found
}

function diskCheck(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  const detail = `${Math.floor(free / 1_000_000).toLocaleString('en-US')} MB free`
  return free >= freeBytesMin
    ? ok('disk', detail)
    : problem('disk', detail, 'free some space before the node is started')
}

function clockCheck(folder: string): Check {
  const now = Date.now()
  const detail = new Date(now).toISOString()
  if (new Date(now).getUTCFullYear() < yearMin) return problem('clock', `${detail} cannot be`, 'set the clock')
  const ahead = lastWrittenIn(storeOf(folder)) - now
  if (ahead <= skewMsMax) return ok('clock', detail)
  const advice = 'set the clock; nothing is lost by it, but others ignore offers that expired by their clocks'
  return problem('clock', `${detail} is ${seconds(ahead)} before this node last wrote`, advice)
}

/** By the clock of that time; ms since the epoch. */
function lastWrittenIn(store: string): number {
  const names = existsSync(store) ? readdirSync(store).map((name) => join(store, name)) : []
  const files = [...names, markFileOf(store), holderFileOf(store)]
  return Math.max(0, ...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0))
}

export const exists = (folder: string): boolean => existsSync(folder) && statSync(folder).isDirectory()
