/** The market at a glance: what is for sale, how every auction stands, what prices did, what was sold. */
import { counted, gb, percent } from '../../../format.js'
import type { AuctionView, NodeView, OfferView, View } from '../../schema.js'
import { ageText } from '../models/freshness.js'
import { meritOf } from '../models/merit.js'
import { closeSayings } from '../models/saying.js'
import { MeritChart } from '../parts/merit.js'
import { PriceChart } from '../parts/prices.js'
import { Clock, Gb, inCurrency, Messages, Money, Panel, Price, Who } from '../parts/small.js'
import { linkTo, useMarket } from '../state.js'

const salesShown = 40

export function Market() {
  const { view } = useMarket('view')
  if (view === undefined) return <p class="empty">Waiting for the first answer…</p>
  return (
    <>
      <h1>The market {view.market}</h1>
      <Lead view={view} />
      <Figures view={view} />
      <Panel
        title={`Prices, ${view.currency ?? 'money'} per GB`}
        aside={<Messages filter="kind=quote">see the quotes</Messages>}
      >
        <PriceChart />
      </Panel>
      <Auctions view={view} />
      <Offers view={view} />
      <Sales view={view} />
    </>
  )
}

/** What it is about, for somebody who sees it for the first time. */
function Lead({ view }: { readonly view: View }) {
  const { nodes, offers, salesCount } = view
  const open = offers.filter(({ status }) => status === 'open').length
  const sellers = nodes.filter(({ selling }) => selling !== null).length
  const buyers = nodes.filter(({ buying }) => buying !== null).length
  return (
    <p class="lead">
      {view.kind === 'swarm' ? (
        <>
          {counted(sellers, 'seller')} <span class="key square" /> with mobile data left, {counted(buyers, 'buyer')}{' '}
          <span class="key round" /> in want of some. Each seller holds an auction on its own node; nobody in between.
        </>
      ) : (
        <>
          What this node knows of the market, and does in it. Sellers are squares <span class="key square" />, buyers
          circles <span class="key round" />.
        </>
      )}{' '}
      <b>{standingOf({ open, known: offers.length, salesCount })}</b>
    </p>
  )
}

function standingOf({ open, known, salesCount }: Record<'open' | 'known' | 'salesCount', number>): string {
  const sold = salesCount === 0 ? 'nothing was sold' : `${counted(salesCount, 'sale')}`
  if (known === 0) return 'No auction was opened yet.'
  return open === 0 ? `All auctions have ended: ${sold}.` : `${counted(open, 'auction')} open, ${sold} so far.`
}

function Figures({ view }: { readonly view: View }) {
  const { sales, salesCount, observer, nodes, offers } = view
  const sold = sales.reduce((sum, { quantity }) => sum + quantity, 0)
  const paid = sales.reduce((sum, { charge }) => sum + charge, 0)
  const stock = observer?.people.reduce((sum, person) => sum + (person.stock ?? 0), 0)
  const open = offers.filter(({ status }) => status === 'open').length
  return (
    <dl class="figures">
      <Figure
        name="sold"
        value={gb(Math.round(sold / 10) * 10)}
        note={stock ? `of ${gb(stock)}` : `${salesCount} sales`}
        share={stock ? sold / stock : undefined}
      />
      <Figure
        name="mean price"
        value={sold === 0 ? '–' : (paid / sold / 1_000).toFixed(2)}
        note={`${view.currency ?? ''} per GB`}
      />
      <Figure name="open offers" value={String(open)} note={`of ${offers.length} known`} />
      {view.kind === 'swarm' ? (
        <Figure
          name="nodes"
          value={String(nodes.filter(({ trouble }) => trouble === null).length)}
          note={`of ${nodes.length}${view.phase === null || view.phase === 'trading' ? '' : `, ${view.phase}`}`}
        />
      ) : (
        <Figure
          name="peers"
          value={String(nodes[0]?.peers.length ?? 0)}
          note={`${nodes[0]?.meshPeers ?? 0} in its mesh`}
        />
      )}
      {observer && (
        <Figure
          name="welfare"
          value={observer.optimum > 0 ? percent(observer.welfare / observer.optimum) : '–'}
          note="of the best possible · observer’s knowledge"
          share={observer.optimum > 0 ? observer.welfare / observer.optimum : undefined}
          observed
        />
      )}
    </dl>
  )
}

interface FigureProps {
  readonly name: string
  readonly value: string
  readonly note: string
  readonly share?: number | undefined
  readonly observed?: boolean
}

function Figure({ name, value, note, share, observed = false }: FigureProps) {
  return (
    <div
      class={observed ? 'figure observed' : 'figure'}
      title={observed ? 'No node knows this: it takes what every person would have paid.' : undefined}
    >
      <dt>{name}</dt>
      <dd class="value">{value}</dd>
      <dd class="note">{note}</dd>
      {share !== undefined && <progress value={Math.max(0, Math.min(1, share))} max={1} aria-label={name} />}
    </div>
  )
}

function Auctions({ view }: { readonly view: View }) {
  const held = view.nodes.flatMap((node) => (node.auction === null ? [] : [{ node, auction: node.auction }]))
  if (held.length === 0) return null
  return (
    <Panel
      title="Auctions"
      aside="the highest bids first; what lies past the black line gets nothing; the red line is the reserve"
    >
      <div class="cards">
        {held.map(({ node, auction }) => (
          <AuctionCard key={node.peerId} node={node} auction={auction} sales={view.sales} />
        ))}
      </div>
    </Panel>
  )
}

export function AuctionCard({ node, auction, sales }: { node: NodeView; auction: AuctionView; sales: View['sales'] }) {
  const bids = auction.bids.map(({ buyer, quantity, price, tentative }) => ({
    buyer,
    quantity,
    price,
    won: tentative.quantity,
  }))
  const mine = sales.filter(({ offer }) => offer === auction.offer)
  const sold = mine.reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <article class="card" aria-label={`auction of ${node.name}`}>
      <header>
        <Who id={node.peerId} />
        <a href={linkTo('offer', auction.offer)}>
          {auction.open
            ? `open, round ${auction.round}`
            : auction.closeReason === null
              ? 'not opened yet'
              : `closed: ${closeSayings[auction.closeReason]}`}
        </a>
      </header>
      {bids.length > 0 ? (
        <MeritChart merit={meritOf(auction, bids)} />
      ) : mine.length > 0 ? (
        <MeritChart
          what={auction.open ? 'in all' : 'sold'}
          merit={meritOf(
            { stock: sold + (auction.open ? auction.stock : 0), reserve: 0 },
            mine.map(({ buyer, quantity, charge }) => ({ buyer, quantity, price: charge / quantity, won: quantity })),
          )}
        />
      ) : (
        <p class="empty">
          {auction.open ? 'Nobody bids yet.' : auction.closeReason === null ? 'It begins soon.' : 'It sold nothing.'}
        </p>
      )}
      <p class="note">
        {bids.length > 0 ? (
          <>
            Still for sale: <Gb of={auction.stock} /> from <Price of={auction.reserve} />. If it ended now,{' '}
            {bids.filter(({ won }) => won > 0).length} of {counted(bids.length, 'bid')} would win.
          </>
        ) : mine.length > 0 ? (
          <>
            Sold <Gb of={sold} /> in {counted(mine.length, 'sale')}, drawn at what each paid per GB.
          </>
        ) : (
          auction.open && (
            <>
              For sale: <Gb of={auction.stock} /> from <Price of={auction.reserve} />.
            </>
          )
        )}{' '}
        <Messages filter={`offer=${auction.offer}`} />
      </p>
    </article>
  )
}

function Offers({ view }: { readonly view: View }) {
  const offers = [...view.offers].sort(
    (a, b) => Number(b.status === 'open') - Number(a.status === 'open') || a.reserve - b.reserve,
  )
  return (
    <Panel title="Offers" aside={<Messages filter="kind=offer">see them travel</Messages>}>
      <table>
        <thead>
          <tr>
            <th>offer</th>
            <th>state</th>
            <th class="right">left</th>
            <th class="right">reserve</th>
            <th class="right wide">age</th>
            {view.kind === 'swarm' && <th class="right wide">known by</th>}
          </tr>
        </thead>
        <tbody>
          {offers.map((offer) => (
            <OfferRow key={offer.offer} offer={offer} of={view.nodes.length} />
          ))}
        </tbody>
      </table>
      {offers.length === 0 && <p class="empty">No offer was heard of yet.</p>}
    </Panel>
  )
}

function OfferRow({ offer, of }: { readonly offer: OfferView; readonly of: number }) {
  return (
    <tr>
      <td>
        <Who id={offer.seller} /> <a href={linkTo('offer', offer.offer)}>offer {offer.offer.split('/')[1]}</a>
      </td>
      <td>{offer.status}</td>
      <td class="right">
        <Gb of={offer.stock} />
      </td>
      <td class="right">
        <Price of={offer.reserve} />
      </td>
      <td class="right wide number">{ageText(offer.ageMs)}</td>
      {offer.heardBy !== null && <td class="right wide number">{`${offer.heardBy} of ${of}`}</td>}
    </tr>
  )
}

function Sales({ view }: { readonly view: View }) {
  const latest = view.sales.slice(-salesShown).reverse()
  return (
    <Panel title="Sales" aside={<Messages filter="kind=receipt">see the receipts</Messages>}>
      <table>
        <thead>
          <tr>
            <th class="wide">at</th>
            <th>seller</th>
            <th>buyer</th>
            <th class="right">data</th>
            <th class="right wide">{inCurrency('charge')}</th>
            <th class="right">per GB</th>
            <th>
              <span class="hidden">why</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {latest.map(({ award, at, seller, buyer, quantity, charge }) => (
            <tr key={award}>
              <td class="wide">
                <Clock at={at} />
              </td>
              <td>
                <Who id={seller} />
              </td>
              <td>
                <Who id={buyer} />
              </td>
              <td class="right">
                <Gb of={quantity} />
              </td>
              <td class="right wide">
                <Money of={charge} bare />
              </td>
              <td class="right">
                <Price of={charge / quantity} />
              </td>
              <td class="right">
                <a href={linkTo('sale', award)}>why</a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {latest.length === 0 && <p class="empty">Nothing was sold yet.</p>}
      {view.salesCount > latest.length && (
        <p class="note">
          The latest {latest.length} of {view.salesCount}.
        </p>
      )}
    </Panel>
  )
}
