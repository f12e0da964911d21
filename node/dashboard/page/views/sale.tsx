/** One sale: who, how much, and in plain words why at this price, recomputed here from the signed bids. */
import { useEffect, useState } from 'preact/hooks'
import type { SaleView, View } from '../../schema.js'
import { meritOf } from '../models/merit.js'
import { type Why, whyOf } from '../models/why.js'
import { MeritChart } from '../parts/merit.js'
import { Clock, Gb, Messages, Money, Panel, Price, Who } from '../parts/small.js'
import { linkTo, state, useMarket } from '../state.js'

export function Sale({ award }: { readonly award: string }) {
  const { view } = useMarket('view')
  const [why, setWhy] = useState<Why | 'none' | undefined>(undefined)
  useEffect(() => {
    let ended = false
    void state.client.receipt(award).then((receipt) => {
      if (!ended) setWhy((receipt && whyOf(receipt.proof.award)) ?? 'none')
    })
    return () => {
      ended = true
    }
  }, [award, view === undefined])
  const sale = view?.sales.find((one) => one.award === award)
  if (view === undefined || sale === undefined)
    return <p class="empty">{view === undefined ? 'Waiting for the first answer…' : 'There is no such sale here.'}</p>
  const { seller, buyer, quantity, charge, fee, at, offer } = sale
  return (
    <>
      <h1>
        {state.people.of(seller).name} sold to {state.people.of(buyer).name}
      </h1>
      <p class="lead">
        <Who id={buyer} /> bought <Gb of={quantity} places={3} /> from <Who id={seller} /> for <Money of={charge} />,
        that is <Price of={charge / quantity} /> per GB, and owes the carrier a fee of <Money of={fee} />.{' '}
        <Clock at={at} />, <a href={linkTo('offer', offer)}>offer {state.people.offer(offer)}</a>.{' '}
        <Messages filter={`offer=${offer} & (node=${buyer} | peer=${buyer})`} />
      </p>
      {why === undefined && <p class="empty">Fetching the signed award…</p>}
      {why === 'none' && <p class="empty">No node that answers holds the signed award of this sale.</p>}
      {why !== undefined && why !== 'none' && <Explanation why={why} sale={sale} view={view} />}
    </>
  )
}

function Explanation({ why, sale, view }: { readonly why: Why; readonly sale: SaleView; readonly view: View }) {
  const { parts, charge, agrees, bids, outbid, reserve } = why
  const [buyer, seller] = [sale.buyer, sale.seller]
  return (
    <>
      <Panel
        title="Why this price"
        aside={agrees ? '✓ recomputed on this page from the signed bids' : '✗ the signed bids give another charge'}
      >
        <MeritChart merit={meritOf(why, bids)} me={buyer} marked={parts.flatMap(({ displaced }) => displaced ?? [])} />
        <p>
          <Who id={buyer} /> had bid <Price of={why.bid.price} /> per GB for <Gb of={why.bid.quantity} />, but nobody
          pays their own bid. A winner pays what their data would have brought if they had not been there:
        </p>
        <table class="sum">
          <tbody>
            {parts.map((part) => (
              <tr key={`${part.displaced} ${part.price}`}>
                <td>
                  {part.displaced === undefined ? (
                    'would have stayed unsold, at the reserve'
                  ) : (
                    <>
                      <Who id={part.displaced} /> would have had it, at their own bid
                    </>
                  )}
                </td>
                <td class="right">
                  <Gb of={part.quantity} places={3} />
                </td>
                <td class="right">
                  × <Price of={part.price} />
                </td>
                <td class="right">
                  <Money of={part.cost} />
                </td>
              </tr>
            ))}
            <tr class="total">
              <td>the charge</td>
              <td class="right">
                <Gb of={sale.quantity} places={3} />
              </td>
              <td />
              <td class="right">
                <Money of={charge} />
              </td>
            </tr>
          </tbody>
        </table>
        <p class="note">
          The reserve was <Price of={reserve} /> per GB: <Who id={seller} /> sells nothing below it.
          {why.floorRaised && ' It was raised at the commit, up to just below the lowest bid that wins.'} The lowest
          price that won anything was <Price of={why.marginal} />.
        </p>
      </Panel>
      <Panel title="Who was outbid, and where they went" aside={`${outbid.length} of ${bids.length} bids`}>
        {outbid.length === 0 && <p class="empty">Nobody: all that was asked for was served.</p>}
        <ul class="story">
          {outbid.map((bid) => (
            <li key={bid.buyer}>
              <Who id={bid.buyer} /> wanted <Gb of={bid.wanted} /> at <Price of={bid.price} /> and got{' '}
              {bid.won === 0 ? 'nothing' : <Gb of={bid.won} />}
              {bid.why === 'below-reserve' ? ': less than the reserve.' : ': others bid more.'}{' '}
              <Went buyer={bid.buyer} from={sale} view={view} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  )
}

/** Only whoever sees all nodes knows what a bidder did elsewhere. */
function Went({ buyer, from, view }: { readonly buyer: string; readonly from: SaleView; readonly view: View }) {
  if (view.kind === 'node') return <>This node does not see where they went.</>
  const elsewhere = view.sales.filter(
    (sale) =>
      sale.buyer === buyer &&
      (sale.offer !== from.offer || sale.round !== from.round) &&
      (sale.at ?? 0) >= (from.at ?? 0) - 1_000,
  )
  if (elsewhere.length === 0)
    return (
      <>
        They bought nothing after that. <a href={linkTo('person', buyer)}>their way</a>
      </>
    )
  return (
    <>
      Then bought{' '}
      {elsewhere.map((sale, index) => (
        <span key={sale.award}>
          {index > 0 && ', '}
          <Gb of={sale.quantity} /> from <Who id={sale.seller} /> at{' '}
          <a href={linkTo('sale', sale.award)}>
            <Price of={sale.charge / sale.quantity} />
          </a>
        </span>
      ))}
      . <a href={linkTo('person', buyer)}>their way</a>
    </>
  )
}
