/** One offer: how it stands, how it reached everybody, what was sold of it. */
import { useMemo } from 'preact/hooks'
import { type Branch, branchesOf, measuresOf } from '../../../../src/inspect/spread.js'
import { counted } from '../../../format.js'
import { heardOf } from '../models/facts.js'
import { ageText } from '../models/freshness.js'
import { Clock, Followed, Gb, Messages, Money, Panel, Price, Who } from '../parts/small.js'
import { linkTo, useGossip, useMarket } from '../state.js'

export function Offer({ offer }: { readonly offer: string }) {
  const { view, facts, people, gossip } = useMarket('view', 'facts', 'gossip')
  const { spread } = gossip.sight
  // The tree says it better, wherever its messages were seen.
  const isUntold = spread?.offer === offer && spread.first === undefined
  const heard = useMemo(() => (isUntold ? heardOf(facts, offer) : []), [isUntold, offer, facts.version])
  if (view === undefined) return <p class="empty">Waiting for the first answer…</p>
  const known = view.offers.find((one) => one.offer === offer)
  const seller = offer.slice(0, offer.lastIndexOf('/'))
  const sales = view.sales.filter((sale) => sale.offer === offer)
  return (
    <>
      <h1>Offer {people.offer(offer)}</h1>
      <p class="lead">
        <Who id={seller} />{' '}
        {known === undefined ? (
          'made it; it is no longer known here.'
        ) : (
          <>
            {known.status === 'open' ? 'offers' : 'offered'} from <Price of={known.floor} /> per GB; the reserve is now{' '}
            <Price of={known.reserve} />. <Gb of={known.stock} /> left, {known.status}. This version is{' '}
            {ageText(known.ageMs)} old.
          </>
        )}{' '}
        <Messages filter={`offer=${offer}`} />
      </p>
      <SpreadPanel offer={offer} />
      {heard.length > 0 && (
        <Panel title="Who knew of it when" aside={counted(heard.length, 'node')}>
          <ol class="story">
            {heard.map(({ node, at }) => (
              <li key={node}>
                <Clock at={at} /> {node} {at - heard[0]!.at > 0 ? `${at - heard[0]!.at} ms after the first` : 'first'}
              </li>
            ))}
          </ol>
        </Panel>
      )}
      <Panel title="Sold of it" aside={counted(sales.length, 'sale')}>
        <ul class="story">
          {sales.map((sale) => (
            <li key={sale.award}>
              <Clock at={sale.at} /> <Gb of={sale.quantity} /> to <Who id={sale.buyer} /> for <Money of={sale.charge} />{' '}
              <a href={linkTo('sale', sale.award)}>why this price</a>
            </li>
          ))}
        </ul>
        {sales.length === 0 && <p class="empty">Nothing yet.</p>}
      </Panel>
    </>
  )
}

/** The first message of this offer that was seen, as a tree of who brought it to whom. */
function SpreadPanel({ offer }: { readonly offer: string }) {
  const { gossip, view } = useMarket('gossip', 'view')
  useGossip({ spreadOf: offer }, [offer])
  const asked = gossip.sight.spread
  if (asked?.offer !== offer)
    return (
      <Panel title="How it travelled" aside="">
        <p class="empty">Looking through the messages…</p>
      </Panel>
    )
  if (asked.first === undefined)
    return (
      <Panel title="How it travelled" aside="">
        <p class="empty">
          Its messages went by before anybody looked: nodes are listened to only while a page is open. An open offer is
          told again every half minute.
        </p>
      </Panel>
    )
  const { id, spread } = asked.first
  const { lastUs, duplicates } = measuresOf(spread)
  const last = spread.arrivals.at(-1)
  return (
    <Panel title="How it travelled" aside={<Messages filter={`id=${id}`}>message {id.slice(0, 8)}</Messages>}>
      <p>
        {view?.kind === 'node' ? 'As far as this node saw: ' : ''}
        {last === undefined ? (
          'It reached nobody else.'
        ) : (
          <>
            It reached {counted(spread.arrivals.length, 'node')}
            {lastUs !== undefined && (
              <>
                {' '}
                in <span class="number">{(lastUs / 1_000).toFixed(1)} ms</span>
              </>
            )}
            ; the last was <Who id={last.node} />, from <Who id={last.from} />.{' '}
            {duplicates === 1 ? 'One copy' : `${duplicates} copies`} came for nothing.
          </>
        )}
        {spread.missing.length > 0 && (
          <>
            {' '}
            Not by gossip to{' '}
            {spread.missing.map((node) => (
              <Who key={node} id={node} />
            ))}
            .
          </>
        )}
      </p>
      <Followed />
      <ul class="tree">
        {branchesOf(spread).map((branch) => (
          <Twig key={branch.node} branch={branch} from={spread.origin?.at} />
        ))}
      </ul>
    </Panel>
  )
}

function Twig({ branch, from }: { readonly branch: Branch; readonly from: number | undefined }) {
  const { node, arrival, children } = branch
  return (
    <li>
      <Who id={node} />{' '}
      <span class="number note">
        {arrival === undefined
          ? 'published it'
          : from === undefined
            ? ''
            : `+${((arrival.at - from) / 1_000).toFixed(1)} ms`}
        {arrival !== undefined && arrival.duplicates.length > 0
          ? `, ${arrival.duplicates.length} more ${arrival.duplicates.length === 1 ? 'copy' : 'copies'}`
          : ''}
      </span>
      {children.length > 0 && (
        <ul>
          {children.map((child) => (
            <Twig key={child.node} branch={child} from={from} />
          ))}
        </ul>
      )}
    </li>
  )
}
