/** The gossip stream: every message of every node in sight, filtered as one types, each opened to all its fields. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { InspectEvent } from '../../../../src/inspect/event.js'
import { MessageDetail } from '../parts/message-detail.js'
import { MessageList } from '../parts/message-list.js'
import { Followed, Panel } from '../parts/small.js'
import { linkTo, useMarket } from '../state.js'

const examples = [
  ['kind=offer', 'offers as they spread'],
  ['kind=bid & price>8', 'bids above 8 per GB'],
  ['kind=award', 'awards'],
  ['verdict=duplicate', 'copies that came for nothing'],
  ['kind=graft | kind=prune', 'changes of the mesh'],
] as const

export function MessagesView({ filter }: { readonly filter: string }) {
  const state = useMarket('gossip', 'view', 'connection')
  const list = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)
  const [chosen, choose] = useState<InspectEvent | undefined>(undefined)
  useEffect(() => state.setFilter(filter), [filter])
  const { matched, newer, seen, lost, open } = state.gossip.sight
  return (
    <>
      <h1>Messages</h1>
      <p class="lead">
        What the nodes tell each other, as they see it. The newest is at the bottom; a row opens to all it says.
      </p>
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
          {examples.map(([example, what]) => (
            <a key={example} class="mono" href={linkTo('messages', example)} title={what}>
              {example}
            </a>
          ))}
          {state.filterText !== '' && <a href={linkTo('messages')}>all of them</a>}
        </p>
      </form>
      <Panel
        title={`${matched.toLocaleString('en-US')} ${state.filterText === '' ? 'messages' : 'match'}`}
        aside={
          <>
            {!open && 'not connected · '}
            <span title="since this page was opened, and what was kept then">{`${seen.toLocaleString('en-US')} seen`}</span>
            {lost > 0 && `, ${lost.toLocaleString('en-US')} missed`}
            {newer > 0 && ` · ${newer.toLocaleString('en-US')} newer`}{' '}
            <label>
              <input
                type="checkbox"
                checked={follows}
                onChange={({ currentTarget }) => setFollows(currentTarget.checked)}
              />{' '}
              follow
            </label>
          </>
        }
      >
        <MessageList box={list} follows={follows} onFollow={setFollows} chosen={chosen} onChoose={choose} />
        <p class="note keys">
          <kbd>↑</kbd> <kbd>↓</kbd> walk through them, <kbd>Enter</kbd> opens one, <kbd>Esc</kbd> follows the newest
          again
        </p>
        <Followed />
      </Panel>
      {chosen !== undefined && (
        <MessageDetail
          event={chosen}
          onClose={() => {
            choose(undefined)
            list.current?.focus()
          }}
        />
      )}
    </>
  )
}
