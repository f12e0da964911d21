/** An auction drawn: what is won fills the stock from the left, what is excluded lies beyond it. */
import { gb, unitPrice } from '../../../format.js'
import type { Block, Merit } from '../models/merit.js'
import { state } from '../state.js'

const [width, height, left, bottom] = [420, 190, 40, 24] as const

interface MeritChartProps {
  readonly merit: Merit
  /** Whose bid it is about. */
  readonly me?: string
  /** Bids that gave way to somebody, to be pointed out. */
  readonly marked?: readonly string[]
  /** Of the stock. Default: it is for sale. */
  readonly what?: string
}

export function MeritChart({ merit, me, marked = [], what = 'for sale' }: MeritChartProps) {
  const { blocks, stock, reserve, quantityMax, priceMax } = merit
  const x = (quantity: number): number => left + (quantity / quantityMax) * (width - left - 6)
  const y = (price: number): number => height - bottom - (price / priceMax) * (height - bottom - 10)
  const said = blocks
    .map(
      ({ buyer, from, to, price, state: how }) =>
        `${state.people.of(buyer).name}: ${gb(to - from)} at ${unitPrice(price, 2)}, ${how}`,
    )
    .join('; ')
  return (
    <svg
      class="merit"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${gb(stock)} ${what}, reserve ${unitPrice(reserve, 2)}. ${said}`}
    >
      {blocks.map((block) => (
        <Bar key={`${block.buyer} ${block.state}`} block={block} scales={{ x, y }} looks={looksOf(block, me, marked)} />
      ))}
      <line class="axis" x1={left} x2={width - 6} y1={y(0)} y2={y(0)} />
      <line class="stock" x1={x(stock)} x2={x(stock)} y1={4} y2={y(0)} />
      {reserve > 0 && (
        <>
          <line class="reserve" x1={left} x2={width - 6} y1={y(reserve)} y2={y(reserve)} />
          <text class="label" x={left - 5} y={y(reserve) + 4} text-anchor="end">
            {unitPrice(reserve, 2)}
          </text>
        </>
      )}
      {blocks.map((block) => (
        // Above the lines, which would strike them through.
        <Label
          key={`${block.buyer} ${block.state}`}
          block={block}
          scales={{ x, y }}
          looks={looksOf(block, me, marked)}
        />
      ))}
      <text class="label" x={x(stock)} y={height - 7} text-anchor={stock > quantityMax * 0.8 ? 'end' : 'middle'}>
        {`${gb(stock)} ${what}`}
      </text>
    </svg>
  )
}

interface Drawn {
  readonly block: Block
  readonly scales: { readonly x: (quantity: number) => number; readonly y: (price: number) => number }
  readonly looks: ReturnType<typeof looksOf>
}

function Bar({ block: { buyer, from, to, price, state: how }, scales: { x, y }, looks }: Drawn) {
  const [width, height] = [Math.max(0, x(to) - x(from) - 1), Math.max(1, y(0) - y(price))]
  return (
    <g {...looks}>
      <rect x={x(from)} y={y(price)} width={width} height={height} rx="2" />
      <title>
        {`${state.people.of(buyer).name}: ${gb(to - from)} at ${unitPrice(price)} per GB, ${how.replace('-', ' the ')}`}
      </title>
    </g>
  )
}

/** As much of it as there is room for. */
function Label({ block: { buyer, from, to, price }, scales: { x, y }, looks }: Drawn) {
  const { name } = state.people.of(buyer)
  const [width, middle] = [x(to) - x(from), (x(from) + x(to)) / 2]
  return (
    <g {...looks}>
      {width > 8 * name.length && (
        <text x={middle} y={Math.min(y(price) + 15, y(0) - 4)} text-anchor="middle">
          {name}
        </text>
      )}
      {width > 34 && y(0) - y(price) > 34 && (
        <text class="price" x={middle} y={y(price) + 29} text-anchor="middle">
          {unitPrice(price, 2)}
        </text>
      )}
    </g>
  )
}

/** Whose it is by its colour, and what becomes of it by its border. */
function looksOf({ buyer, state: how }: Block, me: string | undefined, marked: readonly string[]) {
  const classes = ['block', how, buyer === me && 'me', marked.includes(buyer) && how !== 'won' && 'marked']
  return { class: classes.filter(Boolean).join(' '), style: { '--hue': String(state.people.of(buyer).hue) } }
}
