/** The page: a frame that says how fresh everything is, and one view at a time in it. */
import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { freshnessOf } from './models/freshness.js'
import { beginHistory, focusIn, walkTable } from './navigation.js'
import { linkTo, state, useMarket, useRoute } from './state.js'
import './style.css'
import { Market } from './views/market.js'
import { Mesh } from './views/mesh.js'
import { MessagesView } from './views/messages.js'
import { Offer } from './views/offer.js'
import { Person, Persons } from './views/person.js'
import { Sale } from './views/sale.js'

const tabs = [
  ['', 'Market'],
  ['mesh', 'Mesh'],
  ['people', 'People'],
  ['messages', 'Messages'],
] as const

function Page() {
  const [name = '', argument = ''] = useRoute()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  const freshness = useFreshness()
  const { view } = useMarket('view')
  // Whoever reads by ear or by keyboard goes on at the new view.
  useEffect(() => {
    if (!first.current) focusIn(main.current!)
    first.current = false
  }, [name, name === 'messages' ? '' : argument])
  useEffect(() => {
    const isLost = freshness.state === 'lost' || freshness.state === 'refused'
    document.title = `${isLost ? '✕ ' : ''}${view === undefined ? 'overage' : `${view.market} · overage`}`
  }, [freshness.state, view?.market])
  return (
    <>
      <header class="top">
        <a class="brand" href={linkTo('')}>
          overage
        </a>
        <nav aria-label="views">
          {tabs.map(([route, title]) => (
            <a key={route} href={linkTo(route)} aria-current={route === name ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <p class={`status ${freshness.state}`} role="status">
          {freshness.text}
        </p>
      </header>
      <main ref={main} tabIndex={-1} class={freshness.state === 'live' ? '' : 'stale'} onKeyDown={walkTable}>
        {viewOf(name, argument)}
      </main>
    </>
  )
}

function viewOf(name: string, argument: string) {
  switch (name) {
    case 'mesh':
      return <Mesh />
    case 'people':
      return <Persons />
    case 'person':
      return <Person id={argument} />
    case 'offer':
      return <Offer offer={argument} />
    case 'sale':
      return <Sale award={argument} />
    case 'messages':
      return <MessagesView filter={argument} />
    default:
      return <Market />
  }
}

/** Grows old by itself: nobody tells of what does not come. */
function useFreshness() {
  const { connection } = useMarket('connection')
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(tick)
  }, [])
  return freshnessOf(connection, Math.max(now, Date.now()))
}

beginHistory()
state.start()
render(<Page />, document.getElementById('app')!)
