/** Where a text stops being JSON, for people: `JSON.parse` says so only sometimes, and differently on every Node. */
export interface JsonFault {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units. */
  readonly column: number
  readonly problem: string
}

const space = /[\t\n\r ]*/y
/** Numbers and words; they must end where the token ends. */
const scalar = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y
/** The one thing inside a string that is more than one character. */
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y

/** What the grammar allows next. `first` forms also allow the closing bracket of an empty container. */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'comma' | 'end'

const wanted: Record<Expected, string> = {
  value: 'a value',
  'first value': "a value or ']'",
  name: 'a name in double quotes',
  'first name': "a name in double quotes or '}'",
  colon: "':'",
  comma: "',' or the closing bracket",
  end: 'the end of the text',
}

/** Finds the first fault of a text that `JSON.parse` refused. Linear time, no recursion: depth is no matter. */
export function jsonFaultOf(text: string): JsonFault {
  const open: string[] = []
  let expected: Expected = 'value'
  let at = 0
  for (;;) {
    at = endOf(space, text, at) ?? at
    const first = text[at]
    if (first === '"') {
      const string = scanString(text, at)
      if (string.problem !== undefined) return faultAt(text, string.at, string.problem)
    }
    const next = after(first, expected, open)
    const end = next === undefined ? undefined : tokenEnd(text, at)
    if (next === undefined || end === undefined) return faultAt(text, at, `expected ${wanted[expected]}`)
    expected = next
    at = end
  }
}

/** What may follow a token that begins with `first`, or undefined where that may not stand. Keeps `open` up to date. */
function after(first: string | undefined, expected: Expected, open: string[]): Expected | undefined {
  const valueMayStand = expected === 'value' || expected === 'first value'
  switch (first) {
    case '{':
    case '[':
      if (!valueMayStand) return undefined
      open.push(first)
      return first === '{' ? 'first name' : 'first value'
    case '}':
    case ']': {
      const [opener, empty] = first === '}' ? (['{', 'first name'] as const) : (['[', 'first value'] as const)
      if (open.at(-1) !== opener || (expected !== 'comma' && expected !== empty)) return undefined
      open.pop()
      return open.length === 0 ? 'end' : 'comma'
    }
    case ':':
      return expected === 'colon' ? 'value' : undefined
    case ',':
      return expected !== 'comma' ? undefined : open.at(-1) === '{' ? 'name' : 'value'
    default:
      if (first === '"' && (expected === 'name' || expected === 'first name')) return 'colon'
      return !valueMayStand ? undefined : open.length === 0 ? 'end' : 'comma'
  }
}

function tokenEnd(text: string, at: number): number | undefined {
  if ('{}[]:,'.includes(text[at] ?? ' ')) return at + 1
  return text[at] === '"' ? scanString(text, at).at : endOf(scalar, text, at)
}

/** Where the string that opens at `start` ends, or what is wrong in it and where. */
function scanString(text: string, start: number): { readonly at: number; readonly problem?: string } {
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!
    if (character === '"') return { at: at + 1 }
    if (character < ' ') return { at, problem: 'a line break or control character inside a text' }
    if (character !== '\\') continue
    const end = endOf(escaped, text, at)
    if (end === undefined) return { at, problem: 'a \\ inside a text that begins no known escape' }
    at = end - 1
  }
  return { at: start, problem: 'a text that is never closed' }
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function faultAt(text: string, at: number, problem: string): JsonFault {
  const before = text.slice(0, at)
  const found = text.slice(at, at + 12)
  return {
    line: before.split('\n').length,
    column: at - before.lastIndexOf('\n'),
    problem: `${problem}, ${at >= text.length ? 'but the text ends' : `at ${JSON.stringify(found)}`}`,
  }
}
