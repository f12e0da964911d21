/** Small things that every view uses. */
import type { ComponentChildren } from 'preact'
import { gb, money, unitPrice } from '../../../format.js'
import { linkTo, state, useMarket } from '../state.js'

/** A person, always in the same colour. */
export function Who({ id }: { readonly id: string }) {
  const person = state.people.of(id)
  return (
    <a class={`who ${person.side}`} style={{ '--hue': String(person.hue) }} href={linkTo('person', id)}>
      {person.name}
    </a>
  )
}

export const Gb = ({ of, places = 2 }: { readonly of: number; readonly places?: number }) => (
  <span class="number" title={`${of.toLocaleString('en-US')} MB`}>
    {gb(Number((of / 1_000).toFixed(places)) * 1_000)}
  </span>
)

/** With the currency, where the market names one; in a table its head does. */
export function Money({ of, bare = false }: { readonly of: number; readonly bare?: boolean }) {
  const currency = bare ? '' : (state.view?.currency ?? '')
  return (
    <span class="number" title={money(of)}>
      {`${currency} ${money(of, 2)}`.trim()}
    </span>
  )
}

/** `charge, HK$`: what is money, at the head of its column. */
export const inCurrency = (what: string): string => [what, state.view?.currency].filter(Boolean).join(', ')

/** A unit price, per GB. */
export const Price = ({ of }: { readonly of: number }) => (
  <span class="number" title={`${unitPrice(of)} per GB`}>
    {unitPrice(of, 2)}
  </span>
)

export const Clock = ({ at }: { readonly at: number | null }) => (
  <time class="number">{at === null ? 'earlier' : new Date(at).toLocaleTimeString('en-GB')}</time>
)

export const Messages = ({ filter, children }: { readonly filter: string; readonly children?: ComponentChildren }) => (
  <a class="messages-link" href={linkTo('messages', filter)}>
    {children ?? 'messages behind it'}
  </a>
)

export function Panel({
  title,
  aside,
  children,
}: Record<'aside', ComponentChildren> & { title: string; children: ComponentChildren }) {
  return (
    <section class="panel">
      <header>
        <h2>{title}</h2>
        <div class="aside">{aside}</div>
      </header>
      {children}
    </section>
  )
}

/** Where not everybody's gossip is shown, whose is. */
export function Followed() {
  const { view } = useMarket('view')
  if (view === undefined || view.followed >= view.nodes.length) return null
  return (
    <p class="note">
      The messages of {view.followed} of {view.nodes.length} nodes are followed; of the others only what they tell of
      the market is known here.
    </p>
  )
}
