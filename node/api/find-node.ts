/** Which node of this machine a command means. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../errors.js'
import { type Endpoint, readEndpoint } from './endpoint.js'

/** Where nodes keep their folders unless told otherwise. */
const usualRoot = '.overage'

export interface FoundNode {
  readonly folder: string
  readonly endpoint: Endpoint
}

/**
 * The node whose folder is named, or else the only one that runs under the usual root.
 *
 * @throws UsageError when none runs, or when it takes a choice.
 */
export async function findNode(named: string | undefined, { root = usualRoot } = {}): Promise<FoundNode> {
  if (named !== undefined) {
    const endpoint = await readEndpoint(named)
    if (endpoint !== undefined) return { folder: named, endpoint }
    const advice = `start it (overage node --folder ${named}), or name the folder that its "keeps" line shows`
    throw new UsageError(`no node with an API runs in ${named}`, { advice })
  }
  const running = await runningUnder(root)
  const [only, ...others] = running
  if (only === undefined) {
    const advice = 'start one: overage node --name me; or name the folder of one that keeps elsewhere with --node'
    throw new UsageError(`no node with an API runs under ${root}`, { advice })
  }
  if (others.length === 0) return only
  const list = running.map(({ folder, endpoint }) => `  --node ${folder}   ${endpoint.name}`).join('\n')
  throw new UsageError(`${running.length} nodes run under ${root}`, { advice: `say which one is meant:\n${list}` })
}

async function runningUnder(root: string): Promise<readonly FoundNode[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name))
  const found = await Promise.all(
    folders.sort().map(async (folder) => ({ folder, endpoint: await readEndpoint(folder) })),
  )
  return found.flatMap(({ folder, endpoint }) => (endpoint === undefined ? [] : [{ folder, endpoint }]))
}
