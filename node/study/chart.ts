/** The few kinds of pictures that studies draw: lines with intervals, dots with intervals, and heat maps. */
import type { Row, Spec } from './study.js'

/** Read well on white and on black. */
export const hues = ['#3b82d6', '#c8641f', '#2f9460', '#9d62c9', '#b8506c', '#85802a'] as const
export const neutral = '#7a828c'

export interface Axis {
  /** A column, with its `Low` and `High` where `interval` is said. */
  readonly field: string
  /** With its unit. */
  readonly title: string
  /** d3's notation. */
  readonly format?: string
  readonly log?: boolean
  /** Where ticks stand. */
  readonly ticks?: readonly number[]
  /** The least and the most that is drawn; else what there is, with a margin. */
  readonly domain?: readonly [number, number]
}

export interface LineChart {
  readonly title: string
  readonly subtitle: string
  readonly rows: readonly Row[]
  readonly x: Axis
  /** Drawn with its 95 % interval. */
  readonly y: Axis
  /** A line for each value of this column, labelled at its end. */
  readonly series?: { readonly field: string; readonly label: (value: string | number) => string }
  /** Lines to compare with, in grey. */
  readonly references?: readonly Reference[]
}

export interface Reference {
  readonly label: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

const size = { width: 440, height: 260 }
/** Between the middles of two labels. */
const labelGap = 15

export function lineChart(chart: LineChart): Spec {
  return { ...panel(chart), title: titleOf(chart) }
}

/** Several line charts side by side, under one title. */
export function lineCharts({
  title,
  subtitle,
  panels,
}: {
  readonly title: string
  readonly subtitle: string
  readonly panels: readonly LineChart[]
}): Spec {
  const hconcat = panels.map((chart) => ({
    ...panel(chart, { width: 240, height: 220 }),
    title: { text: chart.title, fontSize: 12, fontWeight: 'normal', offset: 8 },
  }))
  return { title: titleOf({ title, subtitle }), hconcat, spacing: 28 }
}

/** A subtitle of several lines is a list. */
interface Titled {
  readonly title: string
  readonly subtitle: string | readonly string[]
}

const titleOf = ({ title, subtitle }: Titled): Spec => ({ text: title, subtitle })

function panel(chart: LineChart, { width, height } = size): Spec {
  const { rows, x, y, series, references = [] } = chart
  const [low, high] = [`${y.field}Low`, `${y.field}High`]
  const xScaled = { ...x, domain: x.domain ?? domainOf([...numbersIn(rows, x.field)], x.log) }
  const lines = series === undefined ? [] : [...new Set(rows.map((row) => row[series.field]))]
  const values = rows.map((row) => ({
    ...row,
    ...(series !== undefined && {
      [x.field]: besides(row, xScaled, lines.indexOf(row[series.field]) - (lines.length - 1) / 2),
    }),
    // An interval that reaches below 0 has no place on a logarithmic axis: it runs off the picture.
    ...(y.log && { [low]: Math.max(Number(row[low]), Number(row[y.field]) / 1_000) }),
    lineOf: series === undefined ? '' : String(row[series.field]),
  }))
  const names = [...new Set(values.map(({ lineOf }) => lineOf))]
  const color = { field: 'lineOf', type: 'nominal', sort: null, legend: null, scale: { domain: names, range: hues } }
  const points = references.flatMap(({ points }) => points.map((point) => point.y))
  const yDomain = y.domain ?? domainOf([...numbersIn(rows, low), ...numbersIn(rows, high), ...points], y.log)
  const yScaled = { ...y, domain: yDomain }
  const position = { x: channelOf(xScaled), y: channelOf(yScaled) }
  const labels = series === undefined ? [] : labelsOf(values, { ...chart, y: yScaled, series, height })
  return {
    width,
    height,
    layer: [
      ...references.flatMap((reference) => referenceLayers(reference, { x: xScaled, y: yScaled })),
      {
        data: { values },
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.45, clip: true },
        encoding: { ...position, y: channelOf({ ...yScaled, field: low }), y2: { field: high }, color },
      },
      { data: { values }, mark: { type: 'line', strokeWidth: 2 }, encoding: { ...position, color } },
      {
        data: { values },
        mark: { type: 'point', filled: true, size: 36, opacity: 1 },
        encoding: { ...position, color },
      },
      ...(labels.length === 0
        ? []
        : [
            {
              data: { values: labels },
              mark: { type: 'text', align: 'left', dx: 10, fontSize: 12, clip: false },
              encoding: { ...position, text: { field: 'label' }, color },
            },
          ]),
    ],
  }
}

/** Moved aside by a few pixels for each line, so that intervals at one place can be told apart. */
function besides(row: Row, { field, domain, log }: Axis, places: number): number {
  const [from, to] = log ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value]
  const [left, right] = domain!.map(from) as [number, number]
  return to(from(Number(row[field])) + (places * (right - left)) / 150)
}

function referenceLayers({ label, points }: Reference, { x, y }: { readonly x: Axis; readonly y: Axis }): Spec[] {
  const values = points.map((point) => ({ [x.field]: point.x, [y.field]: point.y }))
  const encoding = { x: channelOf(x), y: channelOf(y) }
  const mark = { type: 'line', strokeDash: [4, 4], color: neutral, strokeWidth: 1.5, clip: true }
  const words = { type: 'text', align: 'right', dy: -8, color: neutral, fontSize: 11 }
  return [
    { data: { values }, mark, encoding },
    { data: { values: values.slice(-1) }, mark: words, encoding: { ...encoding, text: { value: label } } },
  ]
}

const channelOf = ({ field, title, format, log, ticks, domain }: Axis): Spec => ({
  field,
  type: 'quantitative',
  scale: {
    ...(log ? { type: 'log' } : { type: 'linear', zero: false }),
    nice: false,
    ...(domain !== undefined && { domain }),
  },
  axis: {
    title,
    ...(format !== undefined && { format }),
    ...(ticks === undefined ? { tickCount: 6 } : { values: ticks }),
  },
})

/** All of it, with a part of its length to spare on either side. */
function domainOf(values: readonly number[], log = false, spare = 0.05): readonly [number, number] {
  const [to, from] = log ? [Math.log, Math.exp] : [(value: number) => value, (value: number) => value]
  const low = to(Math.min(...values))
  const high = to(Math.max(...values))
  const margin = (high - low) * spare || Math.abs(high) * spare || 1
  return [from(low - margin), from(high + margin)]
}

const numbersIn = (rows: readonly Row[], field: string): readonly number[] =>
  rows.flatMap((row) => (typeof row[field] === 'number' ? [row[field]] : []))

/** The last point of each line with its name, moved up or down so that no two names overlap. */
function labelsOf(
  rows: readonly (Row & { readonly lineOf: string })[],
  { x, y, series, height }: { x: Axis; y: Axis; series: NonNullable<LineChart['series']>; height: number },
): readonly Row[] {
  const last = new Map<string, Row & { readonly lineOf: string }>()
  for (const row of rows) {
    const known = last.get(row.lineOf)
    if (known === undefined || Number(row[x.field]) >= Number(known[x.field])) last.set(row.lineOf, row)
  }
  const to = y.log ? Math.log : (value: number) => value
  const from = y.log ? Math.exp : (value: number) => value
  const [bottom, top] = y.domain!.map(to) as [number, number]
  const perPixel = (top - bottom) / height
  const ends = [...last.values()].sort((a, b) => Number(a[y.field]) - Number(b[y.field]))
  let free = Number.NEGATIVE_INFINITY
  return ends.map((row) => {
    const at = Math.max(to(Number(row[y.field])), free)
    free = at + labelGap * perPixel
    const label = series.label(row[series.field] as string | number)
    return { [x.field]: row[x.field]!, [y.field]: from(at), lineOf: row.lineOf, label }
  })
}

export interface DotChart {
  readonly title: string
  readonly subtitle: string | readonly string[]
  readonly rows: readonly Row[]
  /** The column that names the rows. */
  readonly name: string
  /** One panel each. */
  readonly panels: readonly Axis[]
}

/** So that the outermost dots have room for what is written over them. */
const valueSpare = 0.1

/** A dot with its interval and its value for each name, names in the order of the rows. */
export function dotChart({ title, subtitle, rows, name, panels }: DotChart): Spec {
  const hconcat = panels.map((axis, index) => {
    const names = { field: name, type: 'nominal', sort: null, axis: { title: null, labels: index === 0, ticks: false } }
    const [low, high] = [`${axis.field}Low`, `${axis.field}High`]
    const domain = axis.domain ?? domainOf([...numbersIn(rows, low), ...numbersIn(rows, high)], false, valueSpare)
    const channel = {
      ...channelOf({ ...axis, domain }),
      axis: { title: axis.title, format: axis.format, tickCount: 3, labelOverlap: true },
    }
    const values = rows.filter((row) => row[axis.field] !== undefined)
    const color = { value: hues[index % hues.length] }
    const text = { field: axis.field, type: 'quantitative', format: axis.format ?? '.3~g' }
    return {
      width: 190,
      height: { step: 36 },
      data: { values },
      encoding: { y: names },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.5 },
          encoding: { x: { ...channel, field: low }, x2: { field: high }, color },
        },
        { mark: { type: 'point', filled: true, size: 60, opacity: 1 }, encoding: { x: channel, color } },
        { mark: { type: 'text', dy: -12, fontSize: 11 }, encoding: { x: channel, text, color } },
      ],
    }
  })
  return { title: titleOf({ title, subtitle }), hconcat, spacing: 24 }
}

export interface HeatMap {
  readonly title: string
  readonly subtitle: string
  readonly rows: readonly Row[]
  readonly x: Pick<Axis, 'field' | 'title'>
  readonly y: Pick<Axis, 'field' | 'title'>
  /** One map each. */
  readonly maps: readonly (Pick<Axis, 'field' | 'title'> & { readonly format: string; readonly best: 'high' | 'low' })[]
}

/** Each cell says its value; the further from grey, the better. */
export function heatMap({ title, subtitle, rows, x, y, maps }: HeatMap): Spec {
  const ordinal = ({ field, title }: Pick<Axis, 'field' | 'title'>, sort: string) => ({
    field,
    type: 'ordinal',
    sort,
    axis: { title, labelAngle: 0, ticks: false },
  })
  const hconcat = maps.map((map, index) => {
    const found = numbersIn(rows, map.field)
    const ends = [Math.min(...found), Math.max(...found)]
    const domain = map.best === 'high' ? ends : [...ends].reverse()
    const hue = hues[index % hues.length]!
    return {
      title: { text: map.title, fontSize: 12, fontWeight: 'normal', offset: 8 },
      width: { step: 55 },
      height: { step: 40 },
      data: { values: rows },
      encoding: { x: ordinal(x, 'ascending'), y: ordinal(y, 'descending') },
      layer: [
        {
          mark: { type: 'rect' },
          encoding: {
            color: {
              field: map.field,
              type: 'quantitative',
              legend: null,
              scale: { domain, range: [neutral, hue], interpolate: 'rgb' },
            },
          },
        },
        {
          mark: { type: 'text', fontSize: 11, color: '#ffffff', fontWeight: 'bold' },
          encoding: { text: { field: map.field, type: 'quantitative', format: map.format } },
        },
      ],
    }
  })
  const resolve = { scale: { color: 'independent' } }
  return { title: titleOf({ title, subtitle }), hconcat, spacing: 24, resolve }
}
