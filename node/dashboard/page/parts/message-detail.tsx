/** One message with all its fields. Takes the focus when it opens; Escape closes it. */
import { useEffect, useRef } from 'preact/hooks'
import { type InspectEvent, kindsOf } from '../../../../src/inspect/event.js'
import { sayingOf } from '../models/saying.js'
import { state } from '../state.js'
import { Who } from './small.js'

export function MessageDetail({ event, onClose }: { readonly event: InspectEvent; readonly onClose: () => void }) {
  const { people } = state
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.focus(), [event])
  const named = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && people.nameOf(value) ? `${value} (${people.nameOf(value)})` : value
  return (
    <section
      class="panel"
      ref={panel}
      tabIndex={-1}
      aria-labelledby="detail-title"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        onClose()
      }}
    >
      <header>
        <h2 id="detail-title">{kindsOf(event).at(-1)}</h2>
        <div class="aside">
          <button type="button" onClick={onClose}>
            close
          </button>
        </div>
      </header>
      <p>
        <Who id={event.node} /> {saidOf(event)}
        {'peer' in event && <Who id={event.peer} />}: {sayingOf(event, people)}
      </p>
      <p class="note">Quantities are MB, unit prices thousandths of the currency per GB, money millionths, times µs.</p>
      <pre class="detail">{JSON.stringify(event, named, 2)}</pre>
    </section>
  )
}

/** What the node that saw it has to do with the peer. */
function saidOf(event: InspectEvent): string {
  if ('dir' in event) return event.dir === 'in' ? 'got from ' : 'sent to '
  switch (event.type) {
    case 'publish':
      return 'published'
    case 'verdict':
      return `found it ${event.verdict}, from `
    case 'mesh':
      return event.change === 'graft' ? 'took into its mesh ' : 'let go from its mesh '
    case 'score':
      return 'thinks otherwise of '
    case 'peer':
      return event.change === 'connected' ? 'is connected to ' : 'lost '
    case 'lost':
      return 'was not read in time'
    default:
      return ''
  }
}
