/** Reserves over time, a step line for each seller, and a dot for what each sale cost per GB. */
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { pricesOf } from '../models/facts.js'
import { state, useMarket } from '../state.js'

const height = 220

export function PriceChart() {
  const { facts, view, people } = useMarket('facts', 'view')
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<{ readonly plot: uPlot; readonly lines: string } | undefined>(undefined)
  const prices = pricesOf(facts)
  useEffect(() => {
    if (frame.current === null || prices.times.length === 0) return
    const names = prices.lines.map(({ seller }) => people.of(seller))
    const best = view?.observer?.optimumPrice
    const lines = `${names.map(({ name }) => name).join()} ${best === undefined}`
    const data = [
      prices.times,
      ...prices.lines.map(({ values }) => values),
      prices.sales,
      ...(best === undefined ? [] : [prices.times.map(() => best / 1_000)]),
    ] as unknown as uPlot.AlignedData
    if (chart.current?.lines !== lines) {
      chart.current?.plot.destroy()
      chart.current = {
        lines,
        plot: new uPlot(optionsFor(names, frame.current.clientWidth, best !== undefined), data, frame.current),
      }
    } else chart.current.plot.setData(data)
  })
  useEffect(() => {
    const resize = (): void => chart.current?.plot.setSize({ width: frame.current?.clientWidth ?? 300, height })
    addEventListener('resize', resize)
    return () => {
      removeEventListener('resize', resize)
      chart.current?.plot.destroy()
      chart.current = undefined
    }
  }, [])
  const words = prices.lines.map(
    ({ seller, values }) =>
      `${state.people.of(seller).name} asks ${values.findLast((value) => value !== null) ?? 'nothing'}`,
  )
  return (
    <>
      {prices.times.length === 0 && <p class="empty">No auction was opened yet.</p>}
      <div class="chart" ref={frame} role="img" aria-label={`Reserves over time. ${words.join('; ')}`} />
    </>
  )
}

function optionsFor(
  sellers: readonly { readonly name: string; readonly hue: number }[],
  width: number,
  hasBest: boolean,
): uPlot.Options {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  const ink = dark ? '#98a3b0' : '#5c6670'
  const axis = {
    stroke: ink,
    grid: { stroke: dark ? '#2a333e' : '#e6e9ec', width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  }
  const colour = (hue: number): string => `oklch(${dark ? 0.76 : 0.62} 0.16 ${hue})`
  return {
    width,
    height,
    cursor: { drag: { x: true, y: false } },
    legend: { live: width > 500 },
    axes: [
      { ...axis, space: 90 },
      { ...axis, size: 44 },
    ],
    scales: { y: { range: (_plot, _low, high) => [0, (high || 1) * 1.1] } },
    series: [
      { label: 'time', value: (_plot, at) => (at == null ? '–' : new Date(at * 1_000).toLocaleTimeString('en-GB')) },
      ...sellers.map(({ name, hue }) => ({
        label: `${name} asks`,
        stroke: colour(hue),
        width: 2,
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
        value: written,
      })),
      {
        label: 'sold at',
        stroke: ink,
        width: 0,
        paths: () => null,
        points: { show: true, size: 7, width: 1.5, stroke: ink, fill: dark ? '#161c23' : '#ffffff' },
        value: written,
      },
      ...(hasBest
        ? [
            {
              label: 'optimum (observer)',
              stroke: ink,
              width: 1,
              dash: [4, 4],
              points: { show: false },
              value: written,
            },
          ]
        : []),
    ],
  }
}

const written = (_plot: uPlot, value: number | null): string => (value === null ? '–' : value.toFixed(2))
