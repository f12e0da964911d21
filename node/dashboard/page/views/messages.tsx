/** The gossip stream: every message of every node in sight, filtered as one types, each opened to all its fields. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type InspectEvent, kindsOf } from '../../../../src/inspect/event.js'
import { sayingOf } from '../models/saying.js'
import { windowOf } from '../models/stream.js'
import { Panel } from '../parts/small.js'
import { linkTo, useMarket } from '../state.js'

const row = 30
const examples = [
  'kind=msg & kind=offer',
  'kind=award',
  'kind=bid & price>20',
  'verdict=duplicate',
  'kind=graft | kind=prune',
]

export function MessagesView({ filter }: { readonly filter: string }) {
  const state = useMarket('lines', 'view')
  const box = useRef<HTMLDivElement>(null)
  const [scrolled, setScrolled] = useState(0)
  const [follows, setFollows] = useState(true)
  const [chosen, choose] = useState<InspectEvent | undefined>(undefined)
  useEffect(() => state.setFilter(filter), [filter])
  const { shown, seen, lost } = state.log
  const height = box.current?.clientHeight ?? 480
  useEffect(() => {
    if (follows && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  })
  const { from, to } = windowOf({ scrolled, height, row, count: shown.length })
  return (
    <>
      <h1>Messages</h1>
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <label for="filter">Filter</label>
        <input
          id="filter"
          value={state.filterText}
          spellcheck={false}
          autocomplete="off"
          placeholder="topic~offers & kind=msg & peer=maya"
          aria-invalid={state.filterFault !== undefined}
          aria-describedby="filter-fault"
          onInput={(event) => state.setFilter(event.currentTarget.value)}
        />
        <pre id="filter-fault" role="status">
          {state.filterFault}
        </pre>
        <p class="note">
          Try{' '}
          {examples.map((example) => (
            <a key={example} class="mono" href={linkTo('messages', example)}>
              {example}
            </a>
          ))}
        </p>
      </form>
      <Panel
        title={`${shown.length.toLocaleString('en-US')} shown`}
        aside={
          <>
            {seen.toLocaleString('en-US')} seen{lost > 0 && `, ${lost.toLocaleString('en-US')} missed`}{' '}
            <label>
              <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.currentTarget.checked)} />{' '}
              follow
            </label>
          </>
        }
      >
        <div
          class="stream"
          ref={box}
          tabIndex={0}
          role="listbox"
          aria-label="messages"
          onScroll={(event) => {
            const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
            setScrolled(scrollTop)
            setFollows(scrollTop + clientHeight >= scrollHeight - row)
          }}
        >
          <div style={{ height: `${shown.length * row}px`, position: 'relative' }}>
            {shown.slice(from, to).map((event, index) => (
              <button
                type="button"
                role="option"
                aria-selected={event === chosen}
                class={event === chosen ? 'row chosen' : 'row'}
                key={`${event.node} ${event.n}`}
                style={{ top: `${(from + index) * row}px` }}
                aria-posinset={from + index + 1}
                aria-setsize={shown.length}
                onClick={() => choose(event)}
              >
                <span class="number">{new Date(event.at / 1_000).toISOString().slice(11, 23)}</span>
                <span>{state.people.of(event.node).name}</span>
                <span class="peer">
                  {'peer' in event
                    ? `${'dir' in event ? (event.dir === 'in' ? '← ' : '→ ') : ''}${state.people.of(event.peer).name}`
                    : ''}
                </span>
                <span class="kind">{kindsOf(event).at(-1)}</span>
                <span class="saying">{sayingOf(event, state.people)}</span>
              </button>
            ))}
          </div>
        </div>
      </Panel>
      {chosen !== undefined && (
        <Panel
          title="This message"
          aside={
            <button type="button" onClick={() => choose(undefined)}>
              close
            </button>
          }
        >
          <pre class="detail">
            {JSON.stringify(
              chosen,
              (_key, value: unknown) =>
                typeof value === 'string' && state.people.nameOf(value)
                  ? `${value} (${state.people.nameOf(value)})`
                  : value,
              2,
            )}
          </pre>
        </Panel>
      )}
    </>
  )
}
