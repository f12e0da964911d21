/** What `overage study` was asked for, checked. */
import { mkdir } from 'node:fs/promises'
import { UsageError } from '../errors.js'
import { countField } from '../fields.js'
import { numberOf } from '../flag-values.js'
import { workersOf } from '../simulate/request.js'
import { studies } from './studies.js'
import type { Extent, Study } from './study.js'

/** What the command line of `overage study` hands over: numbers are still text. */
export interface StudyFlags {
  readonly out: string
  readonly quick?: boolean
  readonly seeds?: string
  readonly workers?: string
}

export interface StudyRequest {
  readonly studies: readonly Study[]
  readonly extent: Extent
  /** Seeds for each point; undefined: as many as the study says. */
  readonly seeds: number | undefined
  readonly workers: number
  readonly folder: string
}

/** @throws UsageError naming the study or the flag. */
export async function studyRequestOf(name: string, flags: StudyFlags): Promise<StudyRequest> {
  const chosen = name === 'all' ? studies : studies.filter((study) => study.name === name)
  if (chosen.length === 0) {
    const names = [...studies.map((study) => study.name), 'all'].join(', ')
    throw new UsageError(`no such study: ${name}`, { advice: `there are ${names}; overage study list explains them` })
  }
  const { seeds, out, quick = false } = flags
  const schema = countField({ min: 2, max: 10_000 })
  const request = {
    studies: chosen,
    extent: quick ? ('quick' as const) : ('full' as const),
    seeds: seeds === undefined ? undefined : numberOf({ given: seeds, flag: '--seeds', schema }),
    workers: workersOf(flags.workers),
    folder: out,
  }
  try {
    await mkdir(out, { recursive: true })
  } catch (cause) {
    throw new UsageError(`--out: ${(cause as Error).message}`, { advice: 'name a folder that can be made', cause })
  }
  return request
}
