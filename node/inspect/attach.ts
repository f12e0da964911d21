/** The events of a running node, over its API. */
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { InspectLine } from '../../src/inspect/event.js'
import { checkedInspectLine } from '../../src/inspect/line.js'
import type { FoundNode } from '../api/find-node.js'
import { EventParser } from '../api/sse.js'
import { CommandError, exitCodes, UsageError } from '../errors.js'

/** How long to wait before asking again a node that went away. */
const againMs = 1_000
/** How long a node may take to begin to answer. */
const answerMsMax = 10_000

export interface Attachment {
  readonly filter: string
  readonly raw: boolean
  readonly signal: AbortSignal
  readonly onLines: (lines: readonly InspectLine[]) => void
  /** The node does not answer any more, or answers again. */
  readonly onLink?: (isUp: boolean) => void
}

/**
 * Follows a node until `signal`, through interruptions: it goes on after the last event that came, or says how many are lost.
 * @throws UsageError when the node refuses the filter, CommandError when it never answered.
 */
export async function follow({ folder, endpoint }: FoundNode, attachment: Attachment): Promise<void> {
  const { signal, onLink } = attachment
  const place = { lastId: '' }
  for (let first = true; !signal.aborted; first = false) {
    try {
      const token = (await readFile(endpoint.token, 'utf8')).trim()
      await read({ url: endpoint.url, token, place }, attachment)
    } catch (cause) {
      if (signal.aborted) return
      if (cause instanceof UsageError) throw cause
      if (first && place.lastId === '') {
        throw new CommandError(`the node ${endpoint.name} (${folder}) does not answer at ${endpoint.url}`, {
          exitCode: exitCodes.failed,
          advice: `it may be stopping or starting: try again in a moment; ${folder}/log.jsonl says more`,
          cause,
        })
      }
    }
    if (signal.aborted) return
    onLink?.(false)
    await delay(againMs, undefined, { signal }).catch(() => {})
  }
}

interface Link {
  readonly url: string
  readonly token: string
  readonly place: { lastId: string }
}

async function read({ url, token, place }: Link, attachment: Attachment): Promise<void> {
  const { filter, raw, signal } = attachment
  const query = new URLSearchParams({ ...(filter !== '' && { filter }), ...(raw && { raw: 'true' }) })
  const headers = { authorization: `Bearer ${token}`, ...(place.lastId !== '' && { 'last-event-id': place.lastId }) }
  const link = new AbortController()
  signal.addEventListener('abort', () => link.abort(), { signal: link.signal })
  const late = setTimeout(() => link.abort(), answerMsMax)
  try {
    const response = await fetch(`${url}/v1/gossip?${query}`, { headers, signal: link.signal })
    clearTimeout(late)
    await take(response, place, attachment)
  } finally {
    clearTimeout(late)
    link.abort()
  }
}

/** Hands on what a node answers, as it comes. */
async function take(response: Response, place: Link['place'], { onLines, onLink }: Attachment): Promise<void> {
  if (response.status === 400) {
    const { error } = (await response.json()) as { error: { message: string; advice?: string } }
    throw new UsageError(error.message, { ...(error.advice !== undefined && { advice: error.advice }) })
  }
  if (!response.ok || response.body === null) throw new Error(`the node answered ${response.status}`)
  onLink?.(true)
  let lines: InspectLine[] = []
  const parser = new EventParser(({ id, data }) => {
    place.lastId = id ?? place.lastId
    const read = checkedInspectLine(JSON.parse(data))
    if (read.ok) lines.push(read.line)
  })
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    parser.push(text)
    if (lines.length > 0) onLines(lines)
    lines = []
  }
}
