/** How programs on this machine find a node that runs: a file in its folder, there for as long as its API answers. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivately } from '../private-file.js'
import { isProcessRunning } from '../processes.js'

const endpointSchema = z.object({
  url: z.url({ protocol: /^http$/ }),
  pid: z.int().positive(),
  /** The file that holds the token. */
  token: z.string().min(1),
  name: z.string(),
  peerId: z.string(),
  startedAt: z.int().min(0),
})
/** Where a node's API answers, and which file holds the token to show there. */
export type Endpoint = Readonly<z.infer<typeof endpointSchema>>

export const endpointFileOf = (folder: string): string => join(folder, 'api.json')

export const writeEndpoint = (folder: string, endpoint: Endpoint): Promise<void> =>
  writePrivately(endpointFileOf(folder), `${JSON.stringify(endpoint, undefined, 2)}\n`)

export const removeEndpoint = (folder: string): Promise<void> => rm(endpointFileOf(folder), { force: true })

/** The endpoint that `folder` names, if the process that wrote it still lives; undefined where none does. */
export async function readEndpoint(folder: string): Promise<Endpoint | undefined> {
  let text: string
  try {
    text = await readFile(endpointFileOf(folder), 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
  const endpoint = endpointIn(text)
  return endpoint !== undefined && isProcessRunning(endpoint.pid) ? endpoint : undefined
}

function endpointIn(text: string): Endpoint | undefined {
  try {
    return endpointSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
