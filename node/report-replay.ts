/** What a replay found, for people: identical, or the first difference side by side. */
import pc from 'picocolors'
import type { AgentEvent, Effect } from '../src/agent/agent.js'
import type { Json } from '../src/ports/store.js'
import { sealedFromJson } from '../src/protocol/json.js'
import type { Deviation, Difference } from '../src/runtime/replay.js'
import { isSealed, jsonOf } from '../src/runtime/trace-line.js'
import { counted, grouped, label, seconds } from './format.js'
import type { ReplayedFile } from './replay-files.js'
import { tableOf } from './table.js'

/** Traces listed one by one; of more, only those that are not identical. */
const listedMax = 40
/** Fields shown of an effect besides those that differ. */
const contextMax = 6
const differingMax = 12
const cellWidth = 44
/** What is shown of a long value before it differs. */
const leadIn = 8

export interface Replayed {
  readonly files: readonly ReplayedFile[]
  readonly elapsedMs: number
}

export const totalsOf = (files: readonly ReplayedFile[]) => ({
  traces: files.length,
  runs: sum(files.map(({ counts }) => counts.runs)),
  steps: sum(files.map(({ counts }) => counts.steps)),
  effects: sum(files.map(({ counts }) => counts.effects)),
})

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export function printReplay({ files, elapsedMs }: Replayed): string {
  const listed = files.length <= listedMax ? files : files.filter(({ finding }) => finding !== undefined)
  const first = files.find(({ finding }) => finding?.type === 'different')
  const parts = [
    listed.length === 0 ? '' : `${tableOf(columns, listed.slice(0, listedMax).map(rowOf))}\n`,
    ...files.flatMap(({ file, finding }) =>
      finding?.type === 'unreadable' ? [`${pc.red('✘')} ${file}:${finding.line}  ${finding.reason}\n`] : [],
    ),
    first?.finding?.type === 'different' ? printDifference(first.file, first.finding.difference) : '',
    summary(files, elapsedMs),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

const columns = [
  { title: 'node' },
  { title: 'runs', align: 'right' },
  { title: 'steps', align: 'right' },
  { title: 'effects', align: 'right' },
  { title: 'replayed' },
] as const

const rowOf = ({ file, name, finding, counts, unfinished }: ReplayedFile): readonly string[] => [
  label(name ?? file),
  ...[counts.runs, counts.steps, counts.effects].map(grouped),
  resultOf(finding) + (unfinished ? pc.dim('  but for its last line, which its node did not finish') : ''),
]

function resultOf(finding: ReplayedFile['finding']): string {
  if (finding === undefined) return 'identical'
  return finding.type === 'different' ? pc.red(`differs at line ${finding.difference.line}`) : pc.red('unreadable')
}

function summary(files: readonly ReplayedFile[], elapsedMs: number): string {
  const { runs, steps, effects } = totalsOf(files)
  const all = `${counted(files.length, 'trace')}, ${counted(runs, 'run')}, ${counted(steps, 'step')}, ${counted(effects, 'effect')}`
  const different = files.filter(({ finding }) => finding?.type === 'different').length
  const unreadable = files.filter(({ finding }) => finding?.type === 'unreadable').length
  const time = pc.dim(seconds(elapsedMs))
  if (different + unreadable > 0) {
    const bad = [
      ...(different > 0 ? [`${counted(different, 'trace')} of ${grouped(files.length)} replayed differently`] : []),
      ...(unreadable > 0 ? [`${grouped(unreadable)} unreadable`] : []),
    ]
    const before = `${counted(steps, 'step')} and ${counted(effects, 'effect')} until there were identical`
    return `${pc.red('✘')} ${bad.join(', ')}; ${before}   ${time}\n`
  }
  return `${pc.green('✔')} ${all}: identical   ${time}\n  Each node did again, from its own events alone, exactly what it had done in its market.\n`
}

export function printDifference(file: string, difference: Difference): string {
  const { line, name, run, step, now, event, found } = difference
  return [
    `${pc.red('✘')} ${file}:${line}  ${label(name)}, run ${run}, step ${step}, at ${now} ms`,
    `  event  ${eventText(event)}`,
    `  ${headlineOf(found)}`,
    '',
    ...sideBySide(found),
    `  ${meanings[found.type]}`,
    '',
  ].join('\n')
}

function eventText(event: AgentEvent): string {
  switch (event.type) {
    case 'gossip':
    case 'direct':
      return `${event.type}: ${event.message.body.type} from ${event.from}`
    case 'undelivered':
      return `undelivered to ${event.to}`
    case 'command':
      return `command: ${event.command.type}`
    default:
      return event.type
  }
}

/** One line on what deviates; numbers of effects and draws count from 1. */
export function headlineOf(found: Deviation): string {
  switch (found.type) {
    case 'effect':
      if (found.actual === undefined) return `effect ${found.index + 1} was recorded and is missing from the replay`
      if (found.expected === undefined) return `effect ${found.index + 1} of the replay was not recorded`
      return `effect ${found.index + 1} differs in ${found.path}`
    case 'draw':
      if (found.bound === undefined) return `draw ${found.index + 1} was recorded and not asked for`
      if (found.recorded === undefined) return `draw ${found.index + 1} below ${found.bound} was not recorded`
      return `draw ${found.index + 1} was below ${found.recorded.bound} and is now below ${found.bound}`
    case 'unrecorded-signature':
      return 'the replayed node signed what the recorded one did not send'
    case 'bad-signature':
      return `${found.path}: ${label(found.message.signer, 60)} never signed this ${found.message.body.type}`
    case 'thrown':
      return `the replayed node failed: ${label(found.message, 200)}`
  }
}

const suspects =
  'the trace was changed, or another version of overage wrote it, or the node knew what is not in its trace'
const meanings: Readonly<Record<Deviation['type'], string>> = {
  effect: `From the same events the node did something else: ${suspects}.`,
  draw: `From the same events the node drew other lots: ${suspects}.`,
  'unrecorded-signature': `From the same events the node said something else: ${suspects}.`,
  'bad-signature': 'Admission lets no such message in, and a node sends none: the trace was changed.',
  thrown: 'No event that a driver admits makes a node fail: the trace was changed, or this is a fault of overage.',
}

function sideBySide(found: Deviation): readonly string[] {
  if (found.type !== 'effect') return []
  const [expected, actual] = [fieldsOf(found.expected), fieldsOf(found.actual)]
  const names = [...new Set([...expected.keys(), ...actual.keys()])]
  const differing = names.filter((name) => expected.get(name) !== actual.get(name))
  const same = names.filter((name) => expected.get(name) === actual.get(name))
  const shown = new Set([...same.slice(0, contextMax), ...differing.slice(0, differingMax)])
  const rows = names
    .filter((name) => shown.has(name))
    .map((name) => {
      const differs = expected.get(name) !== actual.get(name)
      return [differs ? pc.red('≠') : ' ', name, ...cellsOf(expected.get(name) ?? '—', actual.get(name) ?? '—')]
    })
  const hidden = names.length - shown.size
  const more = hidden === 0 ? [] : [pc.dim(`   and ${counted(hidden, 'field')} more`)]
  const head = [{ title: '' }, { title: 'field' }, { title: 'recorded' }, { title: 'replayed' }]
  return [tableOf(head, rows), ...more, '']
}

/** Two values cut to the width of a cell, where they begin to differ. */
function cellsOf(a: string, b: string): readonly string[] {
  let same = 0
  while (same < a.length && a[same] === b[same]) same += 1
  const from = a !== b && same > cellWidth - leadIn ? same - leadIn : 0
  return [a, b].map((text) => label(from === 0 ? text : `…${text.slice(from)}`, cellWidth))
}

/** Every field of an effect by its path, messages opened. */
function fieldsOf(effect: Effect | undefined): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  const add = (value: unknown, path: string): void => {
    if (value instanceof Uint8Array) fields.set(path, Buffer.from(value).toString('hex'))
    else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value)
      if (entries.length === 0) fields.set(path, Array.isArray(value) ? 'none' : '{}')
      for (const [key, inner] of entries) {
        if (isSealed(value) && key === 'payload') continue
        add(inner, path === '' ? key : Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`)
      }
    } else if (value !== undefined) {
      const saved = typeof value === 'string' ? sealedFromJson(value) : undefined
      if (saved === undefined) fields.set(path, String(value))
      else add(saved, path)
    }
  }
  add(effect, '')
  return fields
}

/** The same for programs. */
export function replayAsJson({ files, elapsedMs }: Replayed): Json {
  const identical = files.every(({ finding }) => finding === undefined)
  return { identical, ...totalsOf(files), elapsedMs, files: files.map(fileAsJson) }
}

function fileAsJson({ file, name, finding, counts, unfinished }: ReplayedFile): Json {
  const common = { file, name: name ?? null, ...counts, unfinished }
  if (finding === undefined) return { ...common, result: 'identical' }
  if (finding.type === 'unreadable') {
    return { ...common, result: 'unreadable', line: finding.line, reason: finding.reason }
  }
  const { line, run, step, now, event, found } = finding.difference
  const effects = found.type === 'effect' ? { path: found.path, ...bothOf(found) } : {}
  const what = headlineOf(found)
  const difference = { line, run, step, now, event: jsonOf(event), type: found.type, what, ...effects }
  return { ...common, result: 'different', difference }
}

const bothOf = ({ expected, actual }: Extract<Deviation, { readonly type: 'effect' }>) => ({
  expected: expected === undefined ? null : jsonOf(expected),
  actual: actual === undefined ? null : jsonOf(actual),
})
