/** The secret that a client of a node's API shows: whoever may read the file may speak for the node's person. */
import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrivately } from '../private-file.js'

export const tokenFileOf = (folder: string): string => join(folder, 'api.token')

const tokenPattern = /^[A-Za-z0-9_-]{43}$/

/**
 * The token kept in `folder`: the same at every start, so that what was once given it goes on to work. One that others could
 * have read, or that is damaged, is replaced.
 */
export async function ensureToken(folder: string): Promise<string> {
  const file = tokenFileOf(folder)
  const kept = await readKept(file)
  if (kept !== undefined) return kept
  const token = randomBytes(32).toString('base64url')
  await writePrivately(file, `${token}\n`)
  return token
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file)
    // Windows has no such modes and reports 666 for every file.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) return undefined
    const token = (await readFile(file, 'utf8')).trim()
    return tokenPattern.test(token) ? token : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
