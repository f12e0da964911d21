/** Mends a store as far as that is safe: on a copy kept aside, and without forgetting anything that binds unless told to. */
import { cp, rename, rm } from 'node:fs/promises'
import { type Outrun, outrunKey } from '../../src/agent/own-past.js'
import type { Json, StoreContents } from '../../src/ports/store.js'
import { offerNumberOf } from '../../src/protocol/identity.js'
import { auditOf } from '../../src/runtime/audit.js'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { ed25519Verifier } from '../signer-ed25519.js'
import { type Inspection, inspectFolder } from '../store/inspect.js'
import { markFileOf } from '../store/mark.js'
import { rebuildStore, repairDatabase } from '../store/rebuild.js'
import { type Examination, storeOf } from './examine.js'

export interface Repair {
  /** Where the folder as it was is kept. */
  readonly copy: string
  /** In plain words, each with what it means. */
  readonly done: readonly string[]
}

/** Nothing that a lost record could have used is used again. */
const offersSkipped = 1_000
const roundsSkipped = 1_000_000
const sequenceSkipped = 86_400_000

/**
 * @throws UsageError when the store is in use, CommandError when what is lost may bind and `acceptLoss` is not given; the
 * folder is then as it was.
 */
export async function repair(
  folder: string,
  { inspection, audit }: Examination,
  { acceptLoss }: { readonly acceptLoss: boolean },
): Promise<Repair | undefined> {
  if (inspection.state === 'in use') throw new UsageError('the store is in use', { advice: 'stop that process first' })
  const isSound = inspection.problems.length === 0 && audit.bad.length === 0 && audit.outrun === undefined
  if (isSound || inspection.state === 'absent') return undefined
  const copy = `${folder.replace(/[\\/]+$/, '')}.copy-${new Date().toISOString().replace(/[:.]/g, '-')}`
  await cp(folder, copy, { recursive: true, errorOnExist: true, preserveTimestamps: true })
  try {
    return { copy, done: await mend(folder, inspection, acceptLoss) }
  } catch (error) {
    // As it was found: the store first, then the mark, so that a copy is never taken for the newer one.
    const store = storeOf(folder)
    await rm(store, { recursive: true, force: true })
    await cp(storeOf(copy), store, { recursive: true, force: true }).catch(() => {})
    await rename(markFileOf(storeOf(copy)), markFileOf(store)).catch(() => {})
    await rm(copy, { recursive: true, force: true })
    throw error
  }
}

async function mend(folder: string, before: Inspection, acceptLoss: boolean): Promise<readonly string[]> {
  const store = storeOf(folder)
  const done: string[] = []
  // A lost mark, or an old copy, is no fault of LevelDB's files.
  if (before.state !== 'opened' || before.problems.some((problem) => !/^it(s mark| lacks)/.test(problem))) {
    await repairDatabase(store).catch((error: Error) => done.push(`LevelDB could not be repaired: ${error.message}`))
    done.push("LevelDB's files were put in order")
  }
  const after = await inspectFolder(store, before.mark)
  const { bad, outrun } = auditOf(after.contents, ed25519Verifier, after.unreadable)
  const losses = [
    ...after.problems.filter((problem) => !/^its mark/.test(problem)),
    ...(outrun === undefined ? [] : [`others hold offer ${outrun.offer}, which it does not know`]),
  ]
  const binding = bad.filter(({ binds }) => binds)
  // What is dropped below is missed by the seal as well; that alone is no loss that binds.
  const unexplained = losses.length > 0 || after.state !== 'opened'
  if ((unexplained || binding.length > 0) && !acceptLoss)
    throw refusal(folder, [...losses, ...binding.map(({ key, problem }) => `"${key}" ${problem}`)])
  const dropped = new Set(bad.map(({ key }) => key))
  const kept = after.contents.filter(({ key }) => !dropped.has(key) && key !== outrunKey)
  for (const { key, problem } of bad) done.push(`dropped "${key}", which ${problem}: ${meaningOf(key)}`)
  for (const loss of losses) done.push(`went on though ${loss}`)
  const isLossy = unexplained || binding.length > 0
  if (isLossy) done.push(...lossWords)
  const commits = Math.max(before.mark ?? 0, before.commits, after.commits) + 1
  await rebuildStore(store, { contents: isLossy ? beyond(kept, outrun) : kept, commits })
  done.push(`the store was written anew with ${kept.length} records`)
  return done
}

const lossWords = [
  'sales that were lost are still owed: whoever holds their receipts can show them. Lower "gb" of "sells" by what they may come to',
  'purchases that were lost still count for their sellers: their receipts are with them. Lower "gb" and "budget" of "wants" likewise',
  'offer numbers, rounds and sequences were moved far beyond all that may have been used; the offer that was open is closed',
]

const refusal = (folder: string, losses: readonly string[]): CommandError =>
  new CommandError(
    `what is lost may bind this node, and cannot be told: ${losses.join('; ') || 'the store cannot be read'}; nothing was changed`,
    {
      exitCode: exitCodes.failed,
      advice: `put a newer copy of ${folder} back if there is one. If not: overage doctor ${folder} --repair --accept-loss, which says what that means`,
    },
  )

function meaningOf(key: string): string {
  if (key.startsWith('sale/')) return 'a sale; its buyer still holds the receipt, and this node still owes it'
  if (key.startsWith('purchase/'))
    return 'a purchase; its seller still holds the receipt, and this node may buy that much again'
  if (key.startsWith('seller/award/')) return 'an award; if it is accepted now, it is refused as unknown'
  if (key.startsWith('seller/evidence/'))
    return 'the bids that awards were computed from; sales and awards of that round cannot be proven without them'
  if (key.startsWith('seller/bid/')) return "another's bid; its buyer sends it again"
  if (key.startsWith('buyer/bid/')) return 'an own bid; if it wins, the award is looked at like any other'
  if (key.startsWith('refusal/')) return 'the proof that a seller refused an accept; nothing depends on it any more'
  return 'what it meant is not known'
}

/** Numbers that a lost record may have used, or that others were shown, are never used again. */
function beyond(contents: StoreContents, outrun: Outrun | undefined): StoreContents {
  const values = new Map(contents.map(({ key, value }) => [key, value]))
  const raised = (key: string, by: number, least = 0): void => {
    const value = Number(values.get(key) ?? 0)
    values.set(key, Math.max(value, least) + by)
  }
  raised('seller/sequence', sequenceSkipped, Math.max(Date.now(), outrun?.sequence ?? 0))
  raised('buyer/sequence', sequenceSkipped, Date.now())
  raised('seller/round', roundsSkipped)
  const offer = (values.get('seller/offer') ?? neverOpened) as { readonly [key: string]: Json }
  values.set('seller/offer', {
    ...offer,
    number: Math.max(Number(offer['number']), offerNumberOf(outrun?.offer ?? '') ?? 0) + offersSkipped,
    status: 'closed',
    closeReason: 'withdrawn',
  })
  return [...values].map(([key, value]) => ({ key, value }))
}

const neverOpened = { number: 0, stock: 0, reserve: 0, floor: 0, policy: 'fixed', closesAt: 0 }
