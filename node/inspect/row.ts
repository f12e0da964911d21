/** One event in one line, and in all its detail. */
import { type InspectEvent, kindsOf, type RpcEvent } from '../../src/inspect/event.js'
import { gb, unitPrice } from '../format.js'
import type { Names } from './names.js'
import { auctionLine, bytes, clockTime } from './report.js'

/** `14:03:07.123 maya  → tomas  msg        1.2 KB  …`; longer than a line, to be cut. */
export function rowOf(event: InspectEvent, names: Names): string {
  const dir = 'dir' in event ? (event.dir === 'in' ? '←' : '→') : ' '
  const peer = 'peer' in event ? names.shown(event.peer) : ''
  const size = 'bytes' in event ? bytes(event.bytes) : ''
  const kind = kindsOf(event).at(-1)!
  const cells = [
    clockTime(event.at).slice(0, 12),
    names.shown(event.node).padEnd(10),
    dir,
    peer.padEnd(10),
    kind.padEnd(12),
    size.padStart(8),
  ]
  return `${cells.join(' ')}  ${saying(event, names)}`
}

function saying(event: InspectEvent, names: Names): string {
  switch (event.type) {
    case 'rpc':
      return rpcSaying(event, names)
    case 'publish':
      return event.offer === undefined ? event.id.slice(0, 8) : offerSaying(event.offer, names)
    case 'verdict':
      return [event.id?.slice(0, 8), event.code].filter((part) => part !== undefined).join('  ')
    case 'mesh':
      return `${event.topic}${event.reason === undefined ? '' : `  ${event.reason}`}`
    case 'score':
      return `${event.was} → ${event.score}${event.penalties === undefined ? '' : `  ${event.penalties.join(', ')}`}`
    case 'peer':
      return ''
    case 'sync':
      return `${event.asked}${event.entries === undefined ? '' : `  ${event.entries} entries`}${event.offers === undefined ? '' : `  ${event.offers.length} offers`}`
    case 'auction':
      return event.message === undefined ? '' : `${names.offer(event.message.offer)}  ${auctionLine(event.message)}`
    case 'lost':
      return event.events === null ? 'nobody knows how many' : `${event.events} events were not read in time`
  }
}

function rpcSaying(event: RpcEvent, names: Names): string {
  const parts: string[] = []
  for (const { id, offer } of event.messages ?? []) {
    parts.push(`${id.slice(0, 8)}${offer === undefined ? '' : ` ${offerSaying(offer, names)}`}`)
  }
  for (const { topic, subscribe } of event.subscriptions ?? []) parts.push(`${subscribe ? '+' : '−'}${topic}`)
  if (event.ihave !== undefined) parts.push(`ihave ${event.ihave.reduce((sum, { ids }) => sum + ids.length, 0)}`)
  if (event.iwant !== undefined) parts.push(`iwant ${event.iwant.length}`)
  if (event.graft !== undefined) parts.push(`graft ${event.graft.join(' ')}`)
  for (const { topic, backoff, reason, guess } of event.prune ?? []) {
    const why = reason ?? (guess === undefined ? undefined : `perhaps ${guess}`)
    parts.push(`prune ${topic}${why === undefined ? '' : ` ${why}`}${backoff === undefined ? '' : ` ${backoff} s`}`)
  }
  if (event.idontwant !== undefined) parts.push(`idontwant ${event.idontwant.length}`)
  return parts.join('  ')
}

const offerSaying = (
  { offer, status, stock, reserve }: NonNullable<NonNullable<RpcEvent['messages']>[number]['offer']>,
  names: Names,
): string => `${names.offer(offer)} ${status === 'closed' ? 'closed' : `${gb(stock)} at ${unitPrice(reserve)}`}`

/** Every field of an event, indented, without its bytes. */
export function detailOf(event: InspectEvent, names: Names): readonly string[] {
  const { raw: _, ...rest } = event as InspectEvent & { readonly raw?: string }
  const text = JSON.stringify(rest, undefined, 2).split('\n').slice(1, -1)
  const known = text.map((line) => {
    const id = /"(12D3Koo\w{45})/.exec(line)?.[1]
    const name = id === undefined ? undefined : names.nameOf(id)
    return name === undefined ? line : `${line}   ${name}`
  })
  return [`  "time": "${clockTime(event.at)}"`, ...known]
}

/** The bytes of an event as a hex dump; nothing where there are none. */
export function hexOf(event: InspectEvent): readonly string[] {
  const raw = 'raw' in event ? event.raw : undefined
  if (raw === undefined) return ['this event has no bytes of its own']
  const data = Buffer.from(raw, 'base64')
  return Array.from({ length: Math.ceil(data.length / 16) }, (_, row) => {
    const part = data.subarray(row * 16, row * 16 + 16)
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0'))
    const text = [...part].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    return `${(row * 16).toString(16).padStart(6, '0')}  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  ${text}`
  })
}
