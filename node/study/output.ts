/** What a study leaves behind: a table for programs, the same with its origin, and pictures. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { csvOf } from './csv.js'
import type { Plan } from './plan.js'
import type { Row } from './study.js'
import { svgOf } from './svg.js'

/**
 * Writes NAME.csv, NAME.json and NAME-*.svg. Nothing in them depends on the machine, the time, or the order in which runs ended.
 *
 * @returns the files' paths.
 */
export async function writeStudy(
  { study, extent, points }: Plan,
  { rows, folder, code }: { readonly rows: readonly Row[]; readonly folder: string; readonly code: string },
): Promise<readonly string[]> {
  const described = {
    study: study.name,
    question: study.question,
    extent,
    code,
    rows,
    points: points.map(({ at, options, markets }) => ({ at, seeds: markets.map(({ seed }) => seed), options })),
  }
  const charts = await Promise.all(
    study.charts(rows).map(async ({ name, spec }) => [`${study.name}-${name}.svg`, await svgOf(spec)] as const),
  )
  const files = [
    [`${study.name}.csv`, csvOf(rows)],
    [`${study.name}.json`, `${JSON.stringify(described, undefined, 2)}\n`],
    ...charts,
  ] as const
  await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)))
  return files.map(([name]) => join(folder, name))
}
