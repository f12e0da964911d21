/**
 * The filter language, from text to a tree.
 *
 * ```
 * filter = all { "|" all }          all  = one { "&" one }
 * one    = "!" one | "(" filter ")" | field operator value | kind
 * ```
 */
import { type EventKind, eventKinds } from './event.js'
import { type FieldName, type FieldSpec, fields, isFieldName } from './filter-field.js'

export const operators = ['!=', '<=', '>=', '=', '~', '<', '>'] as const
export type Operator = (typeof operators)[number]

export type FilterTree =
  | { readonly type: 'any'; readonly of: readonly FilterTree[] }
  | { readonly type: 'all'; readonly of: readonly FilterTree[] }
  | { readonly type: 'not'; readonly of: FilterTree }
  | { readonly type: 'text'; readonly field: FieldName; readonly operator: '=' | '!=' | '~'; readonly value: string }
  /** `value` is in the unit of the events. */
  | {
      readonly type: 'number'
      readonly field: FieldName
      readonly operator: Exclude<Operator, '~'>
      readonly value: number
    }

export interface FilterFault {
  /** Where it is, as an index into the text; the text's length where something is missing at its end. */
  readonly at: number
  /** What stood to be there, such as `expected a value`. */
  readonly problem: string
}

export type ParsedFilter =
  | { readonly ok: true; readonly tree: FilterTree }
  | { readonly ok: false; readonly fault: FilterFault }

/** A longer filter is refused: it is asked of every event. */
export const filterLengthMax = 1_000
/** Brackets and `!` within each other. */
const depthMax = 50

/** Reads a filter. Total; linear in the length of the text. */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > filterLengthMax) {
    return { ok: false, fault: { at: filterLengthMax, problem: `expected at most ${filterLengthMax} characters` } }
  }
  try {
    return { ok: true, tree: new Parser(text).whole() }
  } catch (error) {
    if (error instanceof FaultAt) return { ok: false, fault: error.fault }
    throw error
  }
}

/** The text, a caret under the fault, and what was expected, on two lines. A long text is cut around the fault. */
export function explainFault(text: string, { at, problem }: FilterFault, width = 78): string {
  const plain = text.replace(/\s/g, ' ')
  const from = at < width - 10 ? 0 : at - Math.floor(width / 2)
  return `${plain.slice(from, from + width)}\n${' '.repeat(at - from)}^ ${problem}`
}

class FaultAt extends Error {
  constructor(readonly fault: FilterFault) {
    super(fault.problem)
  }
}

const space = /\s*/y
const word = /[^\s&|!()=~<>"]+/y
const quoted = /"((?:[^"\\]|\\["\\])*)"/y
const operator = /!=|<=|>=|[=~<>]/y
const kinds: ReadonlySet<string> = new Set(eventKinds)

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): FilterTree {
    const tree = this.#any()
    if (this.#at < this.#text.length) throw this.#fault("expected '&', '|' or the end")
    return tree
  }

  #any(): FilterTree {
    return this.#list('|', () => this.#list('&', () => this.#one(), 'all'), 'any')
  }

  #list(separator: '|' | '&', read: () => FilterTree, type: 'any' | 'all'): FilterTree {
    const of = [read()]
    while (this.#take(separator)) of.push(read())
    return of.length === 1 ? of[0]! : { type, of }
  }

  #one(): FilterTree {
    this.#skip()
    const start = this.#at
    const nested = this.#text[start] === '!' || this.#text[start] === '('
    if (!nested) return this.#test()
    if (this.#depth === depthMax) throw this.#fault(`expected at most ${depthMax} brackets within each other`)
    this.#depth += 1
    const tree = this.#nested()
    this.#depth -= 1
    return tree
  }

  #nested(): FilterTree {
    if (this.#take('!')) return { type: 'not', of: this.#one() }
    this.#take('(')
    const tree = this.#any()
    if (!this.#take(')')) throw this.#fault("expected '&', '|' or ')'")
    return tree
  }

  #test(): FilterTree {
    const start = this.#at
    const name = this.#match(word)?.[0]
    if (name === undefined) throw this.#fault("expected a field, a kind, '!' or '('")
    this.#skip()
    const found = this.#match(operator)
    if (found === undefined) return this.#bare(name, start)
    if (!isFieldName(name)) throw this.#fault(`expected one of ${Object.keys(fields).join(', ')}`, start)
    this.#skip()
    return this.#compared(name, found[0] as Operator, this.#at - found[0].length)
  }

  /** A kind alone stands for `kind=` it. */
  #bare(name: string, start: number): FilterTree {
    if (kinds.has(name)) return { type: 'text', field: 'kind', operator: '=', value: name }
    if (isFieldName(name)) throw this.#fault("expected '=', '!=', '~', '<', '<=', '>' or '>='")
    throw this.#fault('expected a field with a comparison such as topic~offers, or a kind such as msg', start)
  }

  #compared(field: FieldName, compare: Operator, operatorAt: number): FilterTree {
    const at = this.#at
    const value = this.#value()
    const spec: FieldSpec = fields[field]
    if (spec.type === 'text') {
      if (compare !== '=' && compare !== '!=' && compare !== '~') {
        throw this.#fault(`expected '=', '!=' or '~': ${field} is a text`, operatorAt)
      }
      if (field === 'kind' && compare !== '~' && !isPattern(value) && !kinds.has(value as EventKind)) {
        throw this.#fault(`expected one of ${eventKinds.join(', ')}`, at)
      }
      return { type: 'text', field, operator: compare, value }
    }
    if (compare === '~')
      throw this.#fault(`expected '=', '!=', '<', '<=', '>' or '>=': ${field} is a number`, operatorAt)
    const [, digits = '', unit = ''] = /^(-?\d+(?:\.\d+)?)\s*(\D*)$/.exec(value) ?? []
    const factor = Object.hasOwn(spec.measure.units, unit.toLowerCase())
      ? spec.measure.units[unit.toLowerCase()]
      : undefined
    if (digits === '' || factor === undefined) throw this.#fault(`expected ${spec.measure.be}`, at)
    return { type: 'number', field, operator: compare, value: exact(Number(digits) * factor) }
  }

  #value(): string {
    const text = this.#match(quoted)?.[1]
    if (text !== undefined) return text.replace(/\\(.)/g, '$1')
    if (this.#text[this.#at] === '"') throw this.#fault("expected '\"' at the end of this text")
    const plain = this.#match(word)?.[0]
    if (plain === undefined) throw this.#fault('expected a value')
    return plain
  }

  #take(mark: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== mark) return false
    this.#at += 1
    this.#skip()
    return true
  }

  #skip(): void {
    this.#match(space)
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text) ?? undefined
    if (found !== undefined) this.#at = pattern.lastIndex
    return found
  }

  #fault(problem: string, at = this.#at): FaultAt {
    return new FaultAt({ at, problem })
  }
}

/** Whether a value stands for many texts. */
export const isPattern = (value: string): boolean => /[*…]/.test(value)

/** What was written in decimal, without what binary fractions add: 8.1 · 1000 is 8100. */
const exact = (value: number): number => Number(value.toPrecision(15))

/** A tree as a filter that reads as the same tree. */
export function textOfFilter(tree: FilterTree): string {
  switch (tree.type) {
    case 'any':
    case 'all':
      return tree.of.map((part) => `(${textOfFilter(part)})`).join(tree.type === 'any' ? ' | ' : ' & ')
    case 'not':
      return `!(${textOfFilter(tree.of)})`
    case 'text':
      return `${tree.field}${tree.operator}"${tree.value.replace(/["\\]/g, '\\$&')}"`
    case 'number': {
      const spec: FieldSpec = fields[tree.field]
      const [unit, factor] = spec.type === 'number' ? Object.entries(spec.measure.units)[0]! : ['', 1]
      return `${tree.field}${tree.operator}${plainDecimal(tree.value / factor)}${unit}`
    }
  }
}

/** Never in powers of ten, which a filter does not read. */
const plainDecimal = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toFixed(9).replace(/0+$/, '')
