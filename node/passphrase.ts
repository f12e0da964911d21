/** Where a passphrase comes from: a file, the environment, or a person at a terminal; never the command line, which others see. */
import { readFile } from 'node:fs/promises'
import { read } from 'read'
import { UsageError } from './errors.js'

export const passphraseVariable = 'OVERAGE_PASSPHRASE'

export interface PassphraseSource {
  /** A file whose first line it is. */
  readonly file: string | undefined
  /** The flag that names it, for advice. */
  readonly flag: string
  readonly variable: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Of a key that there is. */
export const passphraseSource = (file: string | undefined): PassphraseSource => ({
  file,
  flag: '--passphrase-file',
  variable: passphraseVariable,
  environment: process.env,
})

/** Without asking anybody; undefined where it was not given. @throws UsageError when its file cannot be read, or it is empty. */
export async function givenPassphrase({
  file,
  flag,
  variable,
  environment,
}: PassphraseSource): Promise<string | undefined> {
  const value = file === undefined ? environment[variable] : await firstLineOf(file, flag)
  if (value === '') throw new UsageError(`${file === undefined ? variable : file}: the passphrase is empty`)
  return value
}

/** @throws UsageError when it was not given and there is nobody to ask. */
export async function askedPassphrase(source: PassphraseSource, what: string): Promise<string> {
  const given = await givenPassphrase(source)
  if (given !== undefined) return given
  const { flag, variable } = source
  if (!process.stdin.isTTY) {
    throw new UsageError(`${what} needs a passphrase, and none was given`, {
      advice: `name a file that holds it with ${flag}, set ${variable}, or run this at a terminal`,
    })
  }
  return prompted(`passphrase for ${what}: `)
}

/** A new one, typed twice by a person. @throws UsageError as {@link askedPassphrase}, or when the two differ. */
export async function chosenPassphrase(source: PassphraseSource, what: string): Promise<string> {
  const first = await askedPassphrase(source, what)
  if ((await givenPassphrase(source)) !== undefined) return first
  if ((await prompted('once more: ')) !== first) throw new UsageError('the two passphrases differ; nothing was changed')
  return first
}

async function prompted(prompt: string): Promise<string> {
  // On standard error, so that output stays clean; silent, so that nothing of it is shown.
  const typed = await read({ prompt, silent: true, output: process.stderr }).catch(() => {
    throw new UsageError('no passphrase was typed; nothing was changed')
  })
  process.stderr.write('\n')
  if (typed === '') throw new UsageError('the passphrase is empty; nothing was changed')
  return typed
}

async function firstLineOf(file: string, flag: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${flag}: ${cause.message}`, { cause })
  })
  return text.split(/\r?\n/, 1)[0]!
}
