/** What stands on the screen, as lines of plain text: a pure function of what is known, where one looks, and the screen's size. */
import { stripVTControlCharacters } from 'node:util'
import type { InspectEvent } from '../../src/inspect/event.js'
import { SpreadCollector } from '../../src/inspect/spread.js'
import { bar, grouped, label } from '../format.js'
import type { Model } from './model.js'
import { bytes, clockTime, printSpread } from './report.js'
import { detailOf, hexOf, rowOf } from './row.js'
import { type Flow, sumOf } from './traffic.js'

export type Pane = 'list' | 'detail' | 'hex' | 'mesh' | 'bandwidth' | 'tree' | 'help'

/** Where one looks. */
export interface Look {
  readonly pane: Pane
  /** The chosen row among those that match, from 0; only where it does not follow. */
  readonly cursor: number
  /** Lines scrolled down, in panes other than the list. */
  readonly scroll: number
  readonly follow: boolean
  /** The event looked at, in the panes about one. */
  readonly event: InspectEvent | undefined
  /** The filter being typed; undefined: none is. */
  readonly typing: string | undefined
  /** What is wrong with it, in two lines. */
  readonly fault: string | undefined
  /** Where events come from and how that goes. */
  readonly status: string
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Line {
  readonly text: string
  readonly style: 'plain' | 'dim' | 'chosen' | 'bar' | 'fault'
}

/** Lines above and below what is looked at. */
const frameRows = 2

export const bodyRowsOf = ({ rows }: Size): number => Math.max(1, rows - frameRows)

/** As many lines as the screen has, each at most as long as it is wide. */
export function screen(model: Model, look: Look, size: Size): readonly Line[] {
  const height = bodyRowsOf(size)
  const fault =
    look.fault === undefined ? [] : look.fault.split('\n').map((text) => ({ text, style: 'fault' as const }))
  const body = bodyOf(model, look, height - fault.length)
  const lines = [head(model, look), ...body, ...fault]
  while (lines.length < size.rows - 1) lines.push({ text: '', style: 'plain' })
  lines.push(foot(look))
  return lines
    .slice(-size.rows)
    .map(({ text, style }) => ({ text: fitted(text, { style, width: size.columns }), style }))
}

/** Text from peers is in here: no control characters reach the terminal. */
function fitted(text: string, { style, width }: { readonly style: Line['style']; readonly width: number }): string {
  const clean = label(text, width)
  return style === 'bar' || style === 'chosen' ? clean.padEnd(width) : clean
}

function head(model: Model, { status, follow, pane }: Look): Line {
  const { log, filterText } = model
  const { matched, events, seen, lost } = log
  const shown = filterText === '' ? grouped(seen) : `${grouped(matched)} of the last ${grouped(events.length)}`
  const parts = [
    `overage inspect  ${status}`,
    `${shown} events`,
    ...(lost === 0 ? [] : [`${grouped(lost)} lost`]),
    pane === 'list' ? (follow ? 'following' : 'paused') : pane,
    ...(filterText === '' ? [] : [filterText]),
  ]
  return { text: ` ${parts.join('   ')}`, style: 'bar' }
}

function foot({ typing, pane }: Look): Line {
  if (typing !== undefined) return { text: `filter: ${typing}█`, style: 'plain' }
  const keys =
    pane === 'list'
      ? '↑↓ choose  enter detail  space follow/pause  / filter  t tree  m mesh  b bandwidth  ? keys  q quit'
      : '↑↓ scroll  enter detail/hex  t tree  m mesh  b bandwidth  esc back  ? keys'
  return { text: keys, style: 'dim' }
}

function bodyOf(model: Model, look: Look, height: number): Line[] {
  if (look.pane === 'list') return listOf(model, look, height)
  const lines = linesOf(model, look)
  const from = Math.min(look.scroll, Math.max(0, lines.length - height))
  return lines.slice(from, from + height).map((text) => ({ text, style: 'plain' }))
}

function listOf({ log, names }: Model, { cursor, follow }: Look, height: number): Line[] {
  const { matched } = log
  if (matched === 0)
    return [
      { text: '', style: 'plain' },
      { text: '  nothing yet that passes the filter', style: 'dim' },
    ]
  const chosen = follow ? matched - 1 : Math.min(cursor, matched - 1)
  const top = follow ? matched - height : Math.min(chosen - Math.floor(height / 2), matched - height)
  const from = Math.max(0, top)
  return log.rows(from, from + height).map((event, index) => ({
    text: rowOf(event, names),
    style: !follow && from + index === chosen ? 'chosen' : event.type === 'lost' ? 'fault' : 'plain',
  }))
}

function linesOf(model: Model, look: Look): readonly string[] {
  const { event } = look
  switch (look.pane) {
    case 'detail':
      return event === undefined ? ['choose an event first'] : detailOf(event, model.names)
    case 'hex':
      return event === undefined ? ['choose an event first'] : hexOf(event)
    case 'tree':
      return treeOf(model, event)
    case 'mesh':
      return meshOf(model)
    case 'bandwidth':
      return bandwidthOf(model)
    case 'list':
    case 'help':
      return helpLines
  }
}

function treeOf({ log, names }: Model, event: InspectEvent | undefined): readonly string[] {
  const id = event === undefined ? undefined : messageOf(event)
  if (id === undefined) return ['choose an event with a message first: one of kind msg, publish or verdict']
  const collector = new SpreadCollector(id)
  for (const one of log.events) collector.add(one)
  const [spread] = collector.spreads()
  if (spread === undefined) return ['nothing more is known of it']
  return stripVTControlCharacters(printSpread(spread, names)).split('\n')
}

function messageOf(event: InspectEvent): string | undefined {
  if (event.type === 'rpc') return event.messages?.[0]?.id ?? event.ihave?.[0]?.ids[0] ?? event.iwant?.[0]
  return event.type === 'publish' || event.type === 'verdict' ? event.id : undefined
}

/** Each node with its topics and who is in the mesh, as far as that passes the filter. */
function meshOf({ mesh, names, scores, filterText }: Model): readonly string[] {
  if (mesh.length === 0) return [filterText === '' ? 'no mesh was seen yet' : 'no link of a mesh passes the filter']
  const nodes = new Map<string, Map<string, string[]>>()
  for (const { node, peer, topic } of mesh) {
    const topics = nodes.get(node) ?? new Map<string, string[]>()
    const score = scores.get(`${node} ${peer}`)
    const shown = `${names.shown(peer)}${score === undefined || score >= 0 ? '' : ` (${score})`}`
    nodes.set(node, topics.set(topic, [...(topics.get(topic) ?? []), shown]))
  }
  const sorted = [...nodes].sort(([a], [b]) => (names.shown(a) < names.shown(b) ? -1 : 1))
  return sorted.flatMap(([node, topics]) => [
    names.shown(node),
    ...[...topics].map(([topic, peers]) => `  ${topic}   ${peers.length}: ${peers.sort().join(', ')}`),
  ])
}

const columns = ['data out', 'control', 'data in', 'control'].map((text) => text.padStart(10)).join('')

/** A line for each peer and topic, and one for each topic. */
function bandwidthOf({ traffic, names, filterText }: Model): readonly string[] {
  const { flows, since } = traffic
  if (since === undefined)
    return [filterText === '' ? 'no RPC was seen yet' : 'no RPC passes the filter, and bandwidth is of RPCs alone']
  const sorted = [...flows].sort((a, b) => sumOf(b) - sumOf(a))
  const max = sumOf(sorted[0]!)
  const rows = sorted.map((flow) => flowRow(`${names.shown(flow.node)} ↔ ${names.shown(flow.peer)}`, { flow, max }))
  const totals = totalsOf(sorted)
  const totalMax = Math.max(...totals.map(sumOf))
  return [
    `${`since ${clockTime(since).slice(0, 8)}`.padEnd(24)}${columns}`,
    ...rows,
    '',
    ...totals.map((flow) => flowRow('all of it', { flow, max: totalMax })),
  ]
}

function flowRow(ends: string, { flow, max }: { readonly flow: Flow; readonly max: number }): string {
  const { dataOut, controlOut, dataIn, controlIn, topic = 'no topic, or several' } = flow
  const cells = [dataOut, controlOut, dataIn, controlIn].map((count) => bytes(count).padStart(10)).join('')
  return `${ends.padEnd(24)}${cells}  ${bar(sumOf(flow), { max, width: 12 }).padEnd(12)}  ${topic}`
}

/** By topic, of all peers. */
function totalsOf(flows: readonly Flow[]): readonly Flow[] {
  const totals = new Map<string | undefined, Flow>()
  for (const { topic, dataIn, dataOut, controlIn, controlOut } of flows) {
    const sum = totals.get(topic)
    totals.set(topic, {
      node: '',
      peer: '',
      topic,
      dataIn: dataIn + (sum?.dataIn ?? 0),
      dataOut: dataOut + (sum?.dataOut ?? 0),
      controlIn: controlIn + (sum?.controlIn ?? 0),
      controlOut: controlOut + (sum?.controlOut ?? 0),
    })
  }
  return [...totals.values()]
}

const helpLines: readonly string[] = [
  '  ↑ ↓ j k          choose an event, or scroll',
  '  page up, down    a screen at a time',
  '  g, G             the oldest; the newest, and follow',
  '  space            pause, or follow again',
  '  enter            the chosen event in detail, then in hex',
  '  t                the way of its message across the nodes',
  '  m                who is in whose mesh, as far as that passes the filter',
  '  b                bandwidth of what passes the filter: data and control, by peer and topic',
  '  /                a filter, as you type; enter keeps it, esc takes it back',
  '  c                no filter',
  '  esc              back to the list',
  '  q, ctrl-c        quit',
  '',
  '  filters: topic~offers & kind=msg & peer=12D3…   bid & price>=8.5   delay>250ms   !(duplicate | mesh)',
]
