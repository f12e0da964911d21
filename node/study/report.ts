/** A study's table as a person reads it. */
import pc from 'picocolors'
import { grouped } from '../format.js'
import { type Column, tableOf } from '../table.js'
import { studies } from './studies.js'
import type { Cell, Row, Study } from './study.js'

export function printStudy(study: Study, rows: readonly Row[], files: readonly string[]): string {
  const columns = study.shown.map((title): Column => ({ title, align: isNumeric(rows, title) ? 'right' : 'left' }))
  const cells = rows.map((row) => study.shown.map((column) => cellOf(row, column)))
  return [`${pc.bold(study.name)}  ${study.question}`, tableOf(columns, cells), pc.dim(files.join('  ')), ''].join('\n')
}

export function printStudies(): string {
  const rows = studies.map(({ name, question, seeds, points }) => {
    const runs = points('full').reduce((sum, { seedsMax }) => sum + Math.min(seeds.full, seedsMax ?? seeds.full), 0)
    return [name, question, grouped(runs)]
  })
  const columns: Column[] = [{ title: 'study' }, { title: 'what it asks' }, { title: 'runs', align: 'right' }]
  return `${tableOf(columns, rows)}\n`
}

const isNumeric = (rows: readonly Row[], column: string): boolean =>
  rows.every((row) => typeof row[column] !== 'string')

/** A mean with half the width of its interval, where it has one. */
function cellOf(row: Row, column: string): string {
  const value = row[column] ?? null
  const high = row[`${column}High`]
  if (typeof value !== 'number' || typeof high !== 'number') return shown(value)
  return `${shown(value)} ±${shown(high - value)}`
}

function shown(cell: Cell): string {
  if (typeof cell !== 'number') return cell ?? '–'
  if (Number.isInteger(cell)) return String(cell)
  return Math.abs(cell) < 10 ? cell.toFixed(3) : cell.toFixed(1)
}
