/** Where events come from: files, or nodes that run. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Endpoint, readEndpoint } from '../api/endpoint.js'
import { type FoundNode, findNode } from '../api/find-node.js'
import { UsageError } from '../errors.js'
import { type Batches, captureGroupsOf, readCaptures } from './files.js'
import { merged } from './merge.js'

export interface SourceFlags {
  readonly read?: readonly string[]
  readonly node?: string
  readonly name?: string
  readonly peer?: string
  readonly api?: string
  readonly swarm?: string
}

const usualRoot = '.overage'
const swarmSchema = z.object({ nodes: z.array(z.object({ name: z.string(), folder: z.string() })) })

/** The captures that `-r` names, as one stream. @throws UsageError */
export async function captureOf(paths: readonly string[]): Promise<Batches> {
  const groups = await captureGroupsOf(paths)
  return merged(groups.map((files) => readCaptures(files)))
}

/** The running nodes that the flags name. @throws UsageError when there are none, or it takes a choice. */
export async function nodesOf({ node, name, peer, api, swarm }: SourceFlags): Promise<readonly FoundNode[]> {
  if (swarm !== undefined) return swarmNodesOf(swarm)
  if (name === undefined && peer === undefined && api === undefined) return [await findNode(node)]
  const running = await runningBelow(usualRoot, 2)
  const found = running.filter(({ endpoint }) => isMeant(endpoint, { name, peer, api }))
  if (found.length > 0) return found.slice(0, 1)
  const what = [name && `is called ${name}`, peer && `has the peer id ${peer}`, api && `answers at ${api}`]
  const list = running
    .map(({ endpoint }) => `  --name ${endpoint.name}   ${endpoint.peerId}   ${endpoint.url}`)
    .join('\n')
  throw new UsageError(`no running node under ${usualRoot} ${what.filter(Boolean).join(' and ')}`, {
    advice: list === '' ? 'none runs; --node names the folder of one that keeps elsewhere' : `these run:\n${list}`,
  })
}

/** What may be said of a node. */
type Wanted = { readonly [Key in 'name' | 'peer' | 'api']: string | undefined }

const isMeant = ({ name, peerId, url }: Endpoint, wanted: Wanted): boolean =>
  (wanted.name === undefined || wanted.name === name) &&
  (wanted.peer === undefined || matches(peerId, wanted.peer)) &&
  (wanted.api === undefined || wanted.api.replace(/\/+$/, '').replace(/^(?!https?:)/, 'http://') === url)

/** A whole peer id, or one shortened as it is shown. */
function matches(id: string, shown: string): boolean {
  const [first = '', last = ''] = shown.split('…')
  return shown.includes('…') ? id.startsWith(first) && id.endsWith(last) : id.startsWith(shown)
}

async function swarmNodesOf(swarm: string): Promise<readonly FoundNode[]> {
  const candidates = [join(usualRoot, swarm), swarm]
  for (const folder of candidates) {
    const text = await readFile(join(folder, 'swarm.json'), 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const { nodes } = swarmSchema.parse(JSON.parse(text))
    const found = await Promise.all(
      nodes.map(async (node) => ({ folder: node.folder, endpoint: await readEndpoint(node.folder) })),
    )
    const running = found.flatMap(({ folder: own, endpoint }) =>
      endpoint === undefined ? [] : [{ folder: own, endpoint }],
    )
    if (running.length > 0) return running
    throw new UsageError(`no node of the swarm ${swarm} answers`, {
      advice: 'start it with overage swarm --keep, or capture it: overage swarm --capture FOLDER',
    })
  }
  throw new UsageError(
    `there is no swarm ${swarm}: no ${candidates.map((folder) => join(folder, 'swarm.json')).join(', no ')}`,
    {
      advice: 'a swarm is named by its seed or its folder',
    },
  )
}

async function runningBelow(root: string, depth: number): Promise<readonly FoundNode[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name))
  const found = await Promise.all(
    folders.map(async (folder) => {
      const endpoint = await readEndpoint(folder)
      if (endpoint !== undefined) return [{ folder, endpoint }]
      return depth > 1 ? runningBelow(folder, depth - 1) : []
    }),
  )
  return found.flat()
}
