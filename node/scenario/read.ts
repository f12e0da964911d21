/** A scenario from its file: errors say line and column, and what is allowed there. */
import { dirname, resolve } from 'node:path'
import { isMap, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { UsageError } from '../errors.js'
import { checkValue, pathOf, problemOf, readInput } from '../input.js'
import { type Market, marketSchema, readMarket } from '../market-file.js'
import { assertInOrder, type Where } from './order.js'
import { type Step, scenarioSchema } from './schema.js'

export interface Scenario {
  readonly file: string
  readonly name: string
  readonly seed: string
  readonly market: Market
  readonly steps: readonly Step[]
}

const faultsShownMax = 5

/** @throws UsageError with a line and a column for each fault. */
export async function readScenario(file: string): Promise<Scenario> {
  const { text } = await readInput(file, { example: 'overage swarm test scripts/scenarios/killed-seller.yaml' })
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const placed = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  const [broken] = document.errors
  if (broken !== undefined) throw new UsageError(`${placed(broken.pos[0])}: not YAML: ${broken.message}`)
  const whereIs = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length > 0; length -= 1) {
      const [key, parent] = [path[length - 1], document.getIn(path.slice(0, length - 1), true)]
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(key)) : undefined
      const node = pair?.key ?? document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return placed(node.range[0])
    }
    return placed(0)
  }
  const value: unknown = document.toJS()
  const result = scenarioSchema.safeParse(value, { reportInput: true })
  if (!result.success) throw faultsIn(result.error.issues, whereIs)
  const { market, name, seed, steps } = result.data
  const known =
    typeof market === 'string'
      ? await readMarket(resolve(dirname(file), market))
      : checkValue(market, { source: `${whereIs(['market'])}: market`, schema: marketSchema })
  assertInOrder(steps, { market: known, whereIs })
  return { file, name, seed, market: known, steps }
}

function faultsIn(issues: readonly z.core.$ZodIssue[], whereIs: Where): UsageError {
  const faults = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(
        (key) => `${whereIs([...issue.path, key])}: ${key}: no such field; remove it or check its spelling`,
      )
    return [`${whereIs(issue.path)}: ${pathOf(issue.path)}: ${problemOf(issue)}`]
  })
  const more = faults.length > faultsShownMax ? [`and ${faults.length - faultsShownMax} more`] : []
  return new UsageError([...faults.slice(0, faultsShownMax), ...more].join('\n'), {
    advice: 'overage swarm test --schema prints what a scenario may say',
  })
}
