/** The rules of the house that a compiler does not know, read from the sources themselves. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

interface Source {
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
}

const sources = [...sourcesIn('src'), ...sourcesIn('node'), ...sourcesIn('scripts')]
const pure = sources.filter(({ path }) => path.startsWith('src/'))

/** What each part of src/ may import besides itself. */
const below: Record<string, readonly string[]> = {
  units: [],
  ports: ['units'],
  mechanism: ['units'],
  protocol: ['units', 'ports', 'mechanism'],
  agent: ['units', 'ports', 'mechanism', 'protocol'],
  inspect: ['units', 'ports', 'mechanism', 'protocol'],
  runtime: ['units', 'ports', 'mechanism', 'protocol', 'agent'],
  sim: ['units', 'ports', 'mechanism', 'protocol', 'agent', 'runtime'],
  index: ['units', 'ports', 'mechanism', 'protocol', 'agent', 'inspect', 'runtime', 'sim'],
}

describe('imports', () => {
  it('run downward only inside src/', () => {
    const upward = pure.flatMap(({ path, imports }) =>
      imports
        .filter((target) => target.startsWith('src/'))
        .filter((target) => partOf(target) !== partOf(path) && !below[partOf(path)]?.includes(partOf(target)))
        .map((target) => `${path} imports ${target}`),
    )
    expect(upward).toEqual([])
  })

  it('of node/ never reach into src/ from below, nor src/ into node/', () => {
    const strays = pure.flatMap(({ path, imports }) =>
      imports.filter((target) => /^(node|scripts|test)\//.test(target)).map((target) => `${path} imports ${target}`),
    )
    expect(strays).toEqual([])
  })

  it('make no cycle', () => {
    expect(cyclesIn(new Map(sources.map(({ path, imports }) => [path, imports])))).toEqual([])
  })

  it('bring no Node built-in into src/', () => {
    const builtIns = pure.flatMap(({ path, imports }) =>
      imports.filter((target) => target.startsWith('node:')).map((target) => `${path} imports ${target}`),
    )
    expect(builtIns).toEqual([])
  })
})

describe('src/', () => {
  it('knows no clock, no chance and no promise', () => {
    const forbidden =
      /\b(Date\.now|new Date|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|async|await|Promise|process\.|crypto\.)/
    const found = pure
      .filter(({ path }) => !path.includes('/generated/'))
      .flatMap(({ path, text }) =>
        withoutComments(text)
          .split('\n')
          .flatMap((line, index) => (forbidden.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
      )
    expect(found).toEqual([])
  })

  it('uses no power, logarithm or exponential that may differ between machines', () => {
    const loose = /\bMath\.(pow|exp|expm1|log|log2|log10|log1p|sin|cos|tan|cbrt|hypot)\b|\*\*(?! ?\d)/
    const found = pure.flatMap(({ path, text }) => (loose.test(withoutComments(text)) ? [path] : []))
    expect(found).toEqual([])
  })
})

describe('hand-written files', () => {
  it('hold one idea: at most 400 lines', () => {
    const long = sources
      .filter(({ path, text }) => !path.includes('/generated/') && text.split('\n').length > 400)
      .map(({ path, text }) => `${path}: ${text.split('\n').length}`)
    expect(long).toEqual([])
  })

  it('leave nothing for later', () => {
    const marks = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X'].join(''))
    expect(sources.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([])
  })
})

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.tsx'))
    .map((name) => {
      const path = join(folder, name).split(sep).join('/')
      const text = readFileSync(join(root, path), 'utf8')
      const { importedFiles } = ts.preProcessFile(text)
      return { path, text, imports: importedFiles.map(({ fileName }) => resolve(path, fileName)) }
    })
}

function resolve(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier
  const target = join(root, dirname(from), specifier).replace(/\.js$/, '.ts')
  return relative(root, target).split(sep).join('/')
}

function partOf(path: string): string {
  const [, part] = path.split('/')
  return (part ?? '').replace(/\.ts$/, '')
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const state = new Map<string, 'open' | 'done'>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === 'done' || !graph.has(path)) return
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
      return
    }
    state.set(path, 'open')
    for (const target of graph.get(path)!) visit(target, [...trail, path])
    state.set(path, 'done')
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
