/** JSON that people hand in: read, parsed, checked against a schema, and refused with the place of the fault. */
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { UsageError } from './errors.js'
import { jsonFaultOf } from './json-fault.js'

/** The largest input that is read: a book of a million bids is about 50 MB. */
export const inputBytesMax = 400_000_000
/** Faults named in one error. */
const faultsShownMax = 5

export interface Input {
  /** How errors name it. */
  readonly source: string
  readonly text: string
}

/**
 * Reads `file`, or standard input where it is `-` or absent.
 * @throws UsageError when there is nothing to read; on a bare terminal it says how the command is used.
 */
export async function readInput(file: string | undefined, options: { readonly example: string }): Promise<Input> {
  if (file === undefined || file === '-') {
    if (process.stdin.isTTY && file === undefined)
      throw new UsageError('no input: name a file, or pipe JSON in', { advice: `for example: ${options.example}` })
    return { source: 'standard input', text: await readStandardInput() }
  }
  return { source: file, text: await readTextFile(file) }
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > inputBytesMax) throw tooLarge('standard input')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readTextFile(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(file, cause)
  })
  if (bytes.length > inputBytesMax) throw tooLarge(file)
  return bytes.toString('utf8')
}

const tooLarge = (source: string): UsageError =>
  new UsageError(`${source}: larger than ${inputBytesMax / 1_000_000} MB, which is the most this command reads`)

function unreadable(file: string, cause: NodeJS.ErrnoException): UsageError {
  const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'is a folder', EACCES: 'may not be read' }
  return new UsageError(`${file}: ${reasons[cause.code ?? ''] ?? cause.message}`, {
    advice: 'check the path; it is taken relative to the folder the command runs in',
    cause,
  })
}

/**
 * Parses and checks an input.
 * @throws UsageError naming the line and column of what is not JSON, or the path of each field that does not fit.
 */
export function checkInput<T>(input: Input, schema: z.ZodType<T>): T {
  return checkValue(parseJson(input), { source: input.source, schema })
}

/** @throws UsageError naming the line and column of what is not JSON. */
export function parseJson({ source, text }: Input): unknown {
  const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (json.trim() === '') throw new UsageError(`${source}: empty, where JSON was expected`)
  try {
    return JSON.parse(json)
  } catch (cause) {
    const { line, column, problem } = jsonFaultOf(json)
    throw new UsageError(`${source}: not JSON at line ${line}, column ${column}: ${problem}`, { cause })
  }
}

/** Checks a value that is already parsed. @throws UsageError as {@link checkInput}. */
export function checkValue<T>(value: unknown, options: { readonly source: string; readonly schema: z.ZodType<T> }): T {
  const result = options.schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const faults = result.error.issues.flatMap(faultsOf)
  const shown = faults.slice(0, faultsShownMax)
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : []
  throw new UsageError(`${options.source}: ${[...shown, ...more].join('\n  ')}`)
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${pathOf([...issue.path, key])}: no such field; remove it or check its spelling`)
  return [`${pathOf(issue.path)}: ${problemOf(issue)}`]
}

/** What is wrong with one field, as a person is told. */
export function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && 'options' in issue) return unionProblem(issue as unknown as UnionIssue)
  return issue.code === 'invalid_type' ? `must be ${article(issue.expected)}, ${gotOf(issue.input)}` : issue.message
}

interface UnionIssue {
  readonly discriminator: string
  readonly options: readonly unknown[]
  readonly input: Record<string, unknown> | undefined
}

const unionProblem = ({ discriminator, options, input }: UnionIssue): string =>
  `must be one of ${options.join(', ')}, ${gotOf(input?.[discriminator])}`

const article = (type: string): string =>
  type === 'object' || type === 'array' ? `an ${type}` : type === 'boolean' ? 'true or false' : `a ${type}`

/** The end of a refusal: what stood there instead. */
export const gotOf = (value: unknown): string => (value === undefined ? 'but is missing' : `got ${shown(value)}`)

/** A value cut to a length that fits a line. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}

/** `bids[2].quantity`, as a person would write it. */
export function pathOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'the input'
  return path.map((key, index) => stepOf(key, index === 0)).join('')
}

function stepOf(key: PropertyKey, first: boolean): string {
  if (typeof key === 'number') return `[${key}]`
  const name = String(key)
  if (!/^(--)?[A-Za-z_$][\w$-]*$/.test(name)) return `[${shown(name)}]`
  return first ? name : `.${name}`
}
