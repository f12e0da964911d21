/** Everybody's outcome, and one person's way through the market. */
import { useMemo } from 'preact/hooks'
import { counted } from '../../../format.js'
import type { NodeView, View } from '../../schema.js'
import { pathOf, type Step } from '../models/facts.js'
import { Clock, Gb, inCurrency, Messages, Money, Panel, Price, Who } from '../parts/small.js'
import { linkTo, useMarket } from '../state.js'
import { AuctionCard } from './market.js'

export function Persons() {
  const { view } = useMarket('view')
  if (view === undefined) return <p class="empty">Waiting for the first answer…</p>
  const gains = new Map(view.observer?.people.map((person) => [person.peerId, person]))
  return (
    <>
      <h1>{view.kind === 'swarm' ? 'People' : 'You'}</h1>
      <Panel
        title="What came of it for each"
        aside={view.observer ? 'the last column is known to this observer alone' : ''}
      >
        <table>
          <thead>
            <tr>
              <th>who</th>
              <th>came to</th>
              <th class="right">traded</th>
              <th class="right">per GB</th>
              <th class="right wide">{inCurrency('paid − or earned +')}</th>
              {view.observer && <th class="right">{inCurrency('gain')}</th>}
            </tr>
          </thead>
          <tbody>
            {view.nodes.map((node) => {
              const { sold = 0, revenue = 0, unsold = 0 } = node.selling ?? {}
              const { owned = 0, spent = 0, demand = 0 } = node.buying ?? {}
              const [traded, paid] = [sold + owned, revenue + spent]
              const plan = gains.get(node.peerId)
              return (
                <tr key={node.peerId} class={node.trouble === null ? '' : 'gone'}>
                  <td>
                    <Who id={node.peerId} />
                    {node.trouble !== null && <span class="note"> {node.trouble}</span>}
                  </td>
                  <td class="number">
                    {node.selling !== null && (
                      <>
                        sell <Gb of={plan?.stock ?? sold + unsold} />{' '}
                      </>
                    )}
                    {node.buying !== null && (
                      <>
                        buy <Gb of={plan?.demand ?? demand} />
                      </>
                    )}
                  </td>
                  <td class="right">
                    <Gb of={traded} />
                  </td>
                  <td class="right">{traded === 0 ? '–' : <Price of={paid / traded} />}</td>
                  <td class="right wide">
                    {paid === 0 ? '' : node.selling !== null ? '+' : '−'} <Money of={paid} bare />
                  </td>
                  {view.observer && (
                    <td class="right observed">
                      <Money of={plan?.gain ?? 0} bare />
                    </td>
                  )}
                </tr>
              )
            })}
          </tbody>
        </table>
      </Panel>
      {view.observer && (
        <p class="note">
          Buyers want at most so much, at a price that falls with every GB. Gain: for a buyer what the data is worth to
          them less what they paid, for a seller what they earned above their floor. No node knows this of another.
        </p>
      )}
    </>
  )
}

export function Person({ id }: { readonly id: string }) {
  const { view, facts, people } = useMarket('view', 'facts')
  const { name } = people.of(id)
  const node = view?.nodes.find(({ peerId }) => peerId === id)
  const teller = view?.kind === 'swarm' ? name : undefined
  const path = useMemo(
    () => (node === undefined ? [] : pathOf(facts, teller)),
    [node === undefined, teller, facts.version],
  )
  if (view === undefined) return <p class="empty">Waiting for the first answer…</p>
  const sales = view.sales.filter(({ seller, buyer }) => seller === id || buyer === id)
  return (
    <>
      <h1>{name}</h1>
      <p class="lead">
        {node && <Summary node={node} view={view} />}{' '}
        <Messages filter={`node=${id} | peer=${id}`}>All messages of {name}</Messages> · <span class="mono">{id}</span>
      </p>
      {node?.auction && (
        <Panel title="Its auction" aside="">
          <AuctionCard node={node} auction={node.auction} sales={view.sales} />
        </Panel>
      )}
      {node?.buying && (
        <Panel
          title="The way through the market"
          aside={node === undefined ? '' : `${counted(node.bids.length, 'bid')} now`}
        >
          {path.length === 0 && <p class="empty">No bid was seen since this page’s node started.</p>}
          <ol class="story">
            {path.map((step, index) => (
              <li key={index} class={step.type}>
                <Clock at={step.at} /> <Said step={step} view={view} id={id} />
              </li>
            ))}
          </ol>
        </Panel>
      )}
      <Panel title="Sales" aside={counted(sales.length, 'sale')}>
        <ul class="story">
          {sales.map((sale) => (
            <li key={sale.award}>
              <Clock at={sale.at} /> <Who id={sale.seller} /> → <Who id={sale.buyer} /> <Gb of={sale.quantity} /> for{' '}
              <Money of={sale.charge} /> <a href={linkTo('sale', sale.award)}>why this price</a>
            </li>
          ))}
        </ul>
        {sales.length === 0 && <p class="empty">None.</p>}
      </Panel>
      {node === undefined && (
        <p class="note">This is another node: only what it published, sent or signed to this one is known here.</p>
      )}
    </>
  )
}

function Summary({ node, view }: { readonly node: NodeView; readonly view: View }) {
  const { selling, buying } = node
  const plan = view.observer?.people.find(({ peerId }) => peerId === node.peerId)
  return (
    <>
      {node.trouble !== null && <b>{node.trouble}. </b>}
      {selling !== null && (
        <>
          Came to sell <Gb of={plan?.stock ?? selling.sold + selling.unsold} />, and sold <Gb of={selling.sold} /> for{' '}
          <Money of={selling.revenue} />
          {selling.sold > 0 && (
            <>
              , <Price of={selling.revenue / selling.sold} /> per GB
            </>
          )}
          .{' '}
        </>
      )}
      {buying !== null && (
        <>
          Wants up to <Gb of={plan?.demand ?? buying.demand} />, and bought <Gb of={buying.owned} /> for{' '}
          <Money of={buying.spent} />
          {buying.owned > 0 && (
            <>
              , <Price of={buying.spent / buying.owned} /> per GB
            </>
          )}
          .
        </>
      )}
      <br />
    </>
  )
}

function Said({ step, view, id }: { readonly step: Step; readonly view: View; readonly id: string }) {
  const at = (
    <>
      <Who id={step.offer.slice(0, step.offer.lastIndexOf('/'))} />
    </>
  )
  switch (step.type) {
    case 'bid':
      return (
        <>
          {step.of === 0 ? 'bid' : 'changed the bid'} at {at}: <Gb of={step.quantity} /> at <Price of={step.price} />
        </>
      )
    case 'withdrew':
      return <>left {at}</>
    case 'outbid':
      return (
        <>
          was outbid at {at}: {step.quantity === 0 ? 'nothing' : <Gb of={step.quantity} />} of <Gb of={step.of} /> left
          for them
        </>
      )
    case 'won':
      return (
        <>
          won <Gb of={step.quantity} /> at {at} for <Money of={step.of} />
        </>
      )
    case 'declined':
      return <>declined what they had won at {at}: they no longer want it</>
    case 'bought': {
      const sale = view.sales.find((one) => one.offer === step.offer && one.buyer === id && one.charge === step.of)
      return (
        <>
          has the receipt of {at}: <Gb of={step.quantity} />{' '}
          {sale && <a href={linkTo('sale', sale.award)}>why this price</a>}
        </>
      )
    }
  }
}
