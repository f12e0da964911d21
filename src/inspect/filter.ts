/**
 * Filters over events, such as `topic~offers & kind=msg & peer=12D3…`. A field may have several values in one event, as an RPC has
 * a topic for each of its messages: a comparison holds if it holds for one of them, and `!=` if `=` does not hold.
 */
import type { PeerId } from '../ports/signer.js'
import type { InspectEvent } from './event.js'
import { type FieldSpec, fields } from './filter-field.js'
import { type FilterFault, type FilterTree, isPattern, parseFilter } from './filter-syntax.js'

export interface FilterNames {
  /** What people call a peer, where they do. */
  nameOf(peer: PeerId): string | undefined
}

export type EventFilter = (event: InspectEvent, names?: FilterNames) => boolean

export type CompiledFilter =
  | { readonly ok: true; readonly filter: EventFilter; readonly tree: FilterTree | undefined }
  | { readonly ok: false; readonly fault: FilterFault }

/** What `text` asks of events; an empty one asks nothing. Total. */
export function filterIn(text: string): CompiledFilter {
  if (text.trim() === '') return { ok: true, filter: () => true, tree: undefined }
  const parsed = parseFilter(text)
  return parsed.ok ? { ok: true, filter: compileFilter(parsed.tree), tree: parsed.tree } : parsed
}

export function compileFilter(tree: FilterTree): EventFilter {
  switch (tree.type) {
    case 'any': {
      const parts = tree.of.map(compileFilter)
      return (event, names) => parts.some((part) => part(event, names))
    }
    case 'all': {
      const parts = tree.of.map(compileFilter)
      return (event, names) => parts.every((part) => part(event, names))
    }
    case 'not': {
      const part = compileFilter(tree.of)
      return (event, names) => !part(event, names)
    }
    case 'text':
      return textTest(tree)
    case 'number':
      return numberTest(tree)
  }
}

function textTest({ field, operator, value }: Extract<FilterTree, { type: 'text' }>): EventFilter {
  const spec: FieldSpec = fields[field]
  if (spec.type !== 'text') return () => false
  const matches = operator === '~' ? containing(value) : equalling(value)
  const { of, peers } = spec
  const holds: EventFilter = (event, names) =>
    of(event).some((text) => {
      if (matches(text)) return true
      const name = peers === true ? names?.nameOf(text) : undefined
      return name !== undefined && matches(name)
    })
  return operator === '!=' ? (event, names) => !holds(event, names) : holds
}

function containing(value: string): (text: string) => boolean {
  const sought = value.toLowerCase()
  return (text) => text.toLowerCase().includes(sought)
}

/** `*` and `…` stand for any text, so that what is shown shortened can be asked for as it is shown. */
function equalling(value: string): (text: string) => boolean {
  if (!isPattern(value)) return (text) => text === value
  const parts = value.split(/[*…]+/)
  const [first, last] = [parts[0]!, parts.at(-1)!]
  const middle = parts.slice(1, -1)
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let at = first.length
    const end = text.length - last.length
    return middle.every((part) => {
      const found = text.indexOf(part, at)
      at = found + part.length
      return found >= 0 && at <= end
    })
  }
}

function numberTest({ field, operator, value }: Extract<FilterTree, { type: 'number' }>): EventFilter {
  const spec: FieldSpec = fields[field]
  if (spec.type !== 'number') return () => false
  const { of } = spec
  switch (operator) {
    case '=':
      return (event) => of(event).some((number) => number === value)
    case '!=':
      return (event) => !of(event).some((number) => number === value)
    case '<':
      return (event) => of(event).some((number) => number < value)
    case '<=':
      return (event) => of(event).some((number) => number <= value)
    case '>':
      return (event) => of(event).some((number) => number > value)
    case '>=':
      return (event) => of(event).some((number) => number >= value)
  }
}
