/** The rows of the stream that are in sight. It follows the newest until somebody scrolls, walks or clicks in it; then it stands still. */
import type { Ref } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { type InspectEvent, kindsOf } from '../../../../src/inspect/event.js'
import type { RowsWanted } from '../gossip/sight.js'
import { newestOf, stepOf, windowOf } from '../models/list.js'
import { sayingOf } from '../models/saying.js'
import { state, useGossip, useMarket } from '../state.js'

interface MessageListProps {
  readonly box: { current: HTMLDivElement | null }
  readonly follows: boolean
  readonly onFollow: (follows: boolean) => void
  readonly chosen: InspectEvent | undefined
  readonly onChoose: (event: InspectEvent) => void
}

/** On a phone a message has two lines. */
const phone = matchMedia('(max-width: 640px)')
const rowHeight = (): number => (phone.matches ? 50 : 30)
const keyOf = ({ node, n, type }: InspectEvent): string => `${node} ${n} ${type}`

export function MessageList({ box, follows, onFollow, chosen, onChoose }: MessageListProps) {
  useMarket('gossip', 'view')
  const row = rowHeight()
  const height = box.current?.clientHeight ?? 560
  const [top, setTop] = useState(0)
  /** The row that the keys stand on. */
  const [active, setActive] = useState<{ readonly index: number; readonly key: string } | undefined>(undefined)
  const { from, count } = windowOf({ top, height, row })
  const newest = newestOf({ height, row })
  const wanted: RowsWanted = follows ? { type: 'newest', count: newest } : { type: 'held', from, count }
  useGossip({ rows: wanted }, [follows, follows ? 0 : from, follows ? newest : count])
  const { rows, from: first, matched } = state.gossip.sight
  useEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  })
  useEffect(() => {
    if (follows) setActive(undefined)
  }, [follows])
  // While the list came to stand still, others may have come: the row keeps its message and not its place.
  const found = active === undefined ? -1 : rows.findIndex((event) => keyOf(event) === active.key)
  const at = active === undefined ? undefined : found >= 0 ? first + found : active.index
  const stand = (index: number): void => {
    const event = rows[index - first]
    setActive({ index, key: event === undefined ? '' : keyOf(event) })
    onFollow(false)
    const { current } = box
    if (current === null) return
    const least = (index + 1) * row - current.clientHeight
    if (current.scrollTop > index * row) current.scrollTop = index * row
    else if (current.scrollTop < least) current.scrollTop = least
  }
  const open = (event: InspectEvent | undefined): void => {
    if (event !== undefined) onChoose(event)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onFollow(true)
    else if (event.key === 'Enter' || event.key === ' ') open(at === undefined ? undefined : rows[at - first])
    else {
      const next = stepOf(event.key, at ?? matched, { count: matched, page: Math.max(1, Math.floor(height / row) - 1) })
      if (next === undefined || matched === 0) return
      stand(next)
    }
    event.preventDefault()
  }
  return (
    <>
      <div class="row heads" aria-hidden="true">
        <span>time</span>
        <span>seen by</span>
        <span class="peer">from ← / to →</span>
        <span>kind</span>
        <span class="saying">what it says</span>
      </div>
      <div
        class="stream"
        ref={box as Ref<HTMLDivElement>}
        tabIndex={0}
        role="listbox"
        aria-label="messages"
        aria-activedescendant={at === undefined ? undefined : `message-${at}`}
        onKeyDown={onKeyDown}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          setTop(scrollTop)
          if (follows && scrollTop + clientHeight < scrollHeight - row) onFollow(false)
        }}
      >
        <div role="presentation" style={{ height: `${matched * row}px`, position: 'relative' }}>
          {rows.map((event, index) => (
            <Row
              // Rows stay where they are and change what they say: cheaper than to come and go.
              key={index}
              event={event}
              index={first + index}
              height={row}
              count={matched}
              mark={`${first + index === at ? ' active' : ''}${chosen !== undefined && keyOf(event) === keyOf(chosen) ? ' chosen' : ''}`}
              onClick={() => {
                stand(first + index)
                open(event)
              }}
            />
          ))}
        </div>
      </div>
    </>
  )
}

interface RowProps {
  readonly event: InspectEvent
  readonly index: number
  readonly height: number
  readonly count: number
  readonly mark: string
  readonly onClick: () => void
}

function Row({ event, index, height, count, mark, onClick }: RowProps) {
  const { people } = state
  const arrow = !('dir' in event) ? '' : event.dir === 'in' ? '← ' : '→ '
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list around it takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names its active row
    <div
      id={`message-${index}`}
      role="option"
      aria-selected={mark.includes('chosen')}
      aria-posinset={index + 1}
      aria-setsize={count}
      class={`row${mark}`}
      style={{ transform: `translateY(${index * height}px)` }}
      onClick={onClick}
    >
      <span class="number">{clockText(event.at)}</span>
      <span>{people.of(event.node).name}</span>
      <span class="peer">{'peer' in event ? `${arrow}${people.of(event.peer).name}` : ''}</span>
      <span class="kind">{kindsOf(event).at(-1)}</span>
      <span class="saying">{sayingOf(event, people)}</span>
    </div>
  )
}

/** `14:03:59.123`, in the time of whoever looks. */
function clockText(at: number): string {
  const time = new Date(at / 1_000)
  const two = (number: number): string => String(number).padStart(2, '0')
  const second = `${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
  return `${two(time.getHours())}:${two(time.getMinutes())}:${second}`
}
