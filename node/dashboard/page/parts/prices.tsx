/** Reserves over time, a step line for each seller, and a dot for what each sale cost per GB. */
import { useEffect, useMemo, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { pricesOf } from '../models/facts.js'
import { useMarket } from '../state.js'
import { useDark } from '../theme.js'

const height = 220
const dashes = [[], [9, 3], [2, 3], [9, 3, 2, 3]]

export function PriceChart() {
  // Once a second is often enough for lines of minutes.
  const { facts, view, people } = useMarket('view')
  const dark = useDark()
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<{ readonly plot: uPlot; readonly look: string } | undefined>(undefined)
  const prices = useMemo(() => pricesOf(facts.prices), [facts.pricesVersion])
  const best = view?.observer?.optimumPrice
  useEffect(() => {
    if (frame.current === null || prices.times.length === 0) return
    const sellers = prices.lines.map(({ seller }) => people.of(seller))
    const data = [
      prices.times,
      ...prices.lines.map(({ values }) => values),
      prices.sales,
      ...(best === undefined ? [] : [prices.times.map(() => best / 1_000)]),
    ] as unknown as uPlot.AlignedData
    // What its lines are called and how they look is fixed when it is made.
    const look = `${sellers.map(({ name, hue }) => `${name} ${hue}`).join()} ${best === undefined} ${dark}`
    if (chart.current?.look === look) chart.current.plot.setData(data)
    else {
      chart.current?.plot.destroy()
      const options = optionsFor(sellers, { dark, width: frame.current.clientWidth, hasBest: best !== undefined })
      chart.current = { look, plot: new uPlot(options, data, frame.current) }
    }
  }, [prices, people, best, dark])
  useEffect(() => {
    const sizes = new ResizeObserver(() => {
      const width = frame.current?.clientWidth ?? 0
      if (width > 0 && width !== chart.current?.plot.width) chart.current?.plot.setSize({ width, height })
    })
    sizes.observe(frame.current!)
    return () => {
      sizes.disconnect()
      chart.current?.plot.destroy()
      chart.current = undefined
    }
  }, [])
  const words = prices.lines.map(
    ({ seller, values }) =>
      `${people.of(seller).name} asks ${values.findLast((value) => value !== null)?.toFixed(2) ?? 'nothing'}`,
  )
  return (
    <>
      {prices.times.length === 0 && <p class="empty">No auction was opened yet.</p>}
      <div class="chart" ref={frame} role="img" aria-label={`Reserves over time. ${words.join('; ')}`} />
      <p class="note">
        A line is the reserve of a seller: the least that it takes per GB, which moves until demand meets its stock. A
        circle is a sale, at what was paid.
        {best !== undefined && ' The dashed line is the price of the best allocation, which no node knows.'}
      </p>
    </>
  )
}

function optionsFor(
  sellers: readonly { readonly name: string; readonly hue: number }[],
  { dark, width, hasBest }: { readonly dark: boolean; readonly width: number; readonly hasBest: boolean },
): uPlot.Options {
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
      { ...axis, space: 90, values: (_plot, times) => times.map(clockText) },
      { ...axis, size: 44 },
    ],
    scales: { y: { range: (_plot, _low, high) => [0, (high || 1) * 1.1] } },
    series: [
      { label: 'time', value: (_plot, at) => (at == null ? '–' : clockText(at)) },
      ...sellers.map(({ name, hue }, index) => ({
        label: `${name} asks`,
        stroke: colour(hue),
        width: 2,
        // Not by colour alone.
        dash: dashes[index % dashes.length]!,
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

/** `14:03:59`, with as much of the second as there is. */
function clockText(seconds: number): string {
  const time = new Date(seconds * 1_000)
  const clock = time.toLocaleTimeString('en-GB')
  return time.getMilliseconds() === 0
    ? clock
    : `${clock}.${String(time.getMilliseconds()).padStart(3, '0').replace(/0+$/, '')}`
}

const written = (_plot: uPlot, value: number | null): string => (value === null ? '–' : value.toFixed(2))
