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

async function read({ url, token, place }: Link, { filter, raw, signal, onLines, onLink }: Attachment): Promise<void> {
  const query = new URLSearchParams({ ...(filter !== '' && { filter }), ...(raw && { raw: 'true' }) })
  const headers = { authorization: `Bearer ${token}`, ...(place.lastId !== '' && { 'last-event-id': place.lastId }) }
  const opening = new AbortController()
  const late = setTimeout(() => opening.abort(), answerMsMax)
  const response = await fetch(`${url}/v1/gossip?${query}`, {
    headers,
    signal: AbortSignal.any([signal, opening.signal]),
  })
  clearTimeout(late)
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
