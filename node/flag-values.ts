/** What a command line hands over, checked: text in, values out, and refusals that name the flag. */
import { existsSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { z } from 'zod'
import { UsageError } from './errors.js'
import { checkValue } from './input.js'

export interface Flag<T> {
  /** undefined where a flag that must be there is not. */
  readonly given: string | undefined
  /** With its dashes. */
  readonly flag: string
  readonly schema: z.ZodType<T, unknown>
}

/** The number that a flag's text stands for. @throws UsageError naming the flag and what it was given. */
export function numberOf<T extends number>({ given, flag, schema }: Flag<T>): T {
  const value = given === undefined || given.trim() === '' || Number.isNaN(Number(given)) ? given : Number(given)
  return checked(value, { flag, schema })
}

/** What a flag's text stands for. @throws UsageError as {@link numberOf}. */
export const valueIn = <T>({ given, flag, schema }: Flag<T>): T => checked(given, { flag, schema })

function checked<T>(value: unknown, { flag, schema }: Pick<Flag<T>, 'flag' | 'schema'>): T {
  const values = checkValue({ [flag]: value }, { source: 'command line', schema: z.object({ [flag]: schema }) })
  return (values as Readonly<Record<string, T>>)[flag]!
}

/** Before a minute's work, not after it; leaves no file where there was none. @throws UsageError when `file` cannot be written. */
export async function assertWritable(file: string, flag = '--json'): Promise<void> {
  const wasThere = existsSync(file)
  try {
    await (await open(file, 'a')).close()
    if (!wasThere) await rm(file)
  } catch (cause) {
    throw new UsageError(`${flag}: ${(cause as Error).message}`, { advice: 'name a file in an existing folder', cause })
  }
}
