/** What a running node answers, as a person reads it. */
import pc from 'picocolors'
import type {
  AcceptsView,
  AuctionsView,
  BidsView,
  OffersView,
  PeersView,
  ReceiptView,
  StatusView,
  ToldView,
} from './api/schemas.js'
import { clockText, counted, gb, label, money, seconds, unitPrice } from './format.js'
import { tableOf } from './table.js'

/** The end of a peer id is what people tell apart: all begin alike. */
export const shortId = (id: string): string => (id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id)
const shortOffer = (offer: string): string => {
  const [seller = '', number = ''] = offer.split('/')
  return `${shortId(seller)}/${number}`
}
const dash = '–'
/** `5.5 s`, `3 min 20 s`, `23 h 59 min`, `12 days` */
function ago(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 2) return seconds(Math.max(0, ms))
  return hours < 48 ? `${Math.floor(hours)} h ${Math.floor((hours % 1) * 60)} min` : `${Math.floor(hours / 24)} days`
}
const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`

export function printStatus(status: StatusView, now: number): string {
  const { name, peerId, market, startedAt, peers, meshPeers, offersKnown, sync } = status
  const known = `${counted(offersKnown, 'offer')} known, in sync with ${counted(sync.peers, 'peer')}`
  return text([
    `${pc.bold(name)}  ${peerId}  market ${market}`,
    `runs     ${ago(now - startedAt)}; ${counted(peers, 'peer')}, ${meshPeers} in the mesh; ${known}`,
    ...networkLines(status),
    ...toldLines(status),
  ])
}

const places: Readonly<Record<NonNullable<StatusView['reach']> | 'none', string>> = {
  public: 'dialled from everywhere',
  relay: 'dialled through a relay',
  private: 'dialled from its local network only',
  loopback: 'dialled from this machine only',
  none: 'dialled by nobody, it dials others',
}

function networkLines({ network, reach }: StatusView): readonly string[] {
  const place = places[reach ?? 'none']
  if (network === null) return [`network  none, by the name of its market alone; ${place}`]
  const { id, role, members, strangers, clock, bootstrap } = network
  const others = strangers === 0 ? '' : `, ${counted(strangers, 'peer')} of other networks turned away`
  const unreached = bootstrap.filter(({ problem }) => problem !== null)
  return [
    `network  ${id.slice(0, 12)}${role === 'bootstrap' ? ', as a bootstrap peer' : ''}; ${counted(members, 'member')}${others}; ${place}`,
    `clock    ${clock === null ? 'not compared with anybody yet' : clockText(clock)}`,
    ...unreached.map(({ address, problem }) => `missing  ${address}: ${problem}`),
  ]
}

/** What a node sells and wants, after it was told. */
export const printTold = (told: ToldView): string => text(toldLines(told))

function toldLines({ selling, buying }: ToldView): readonly string[] {
  return [...sellingLines(selling), ...buyingLines(buying)]
}

function sellingLines(selling: ToldView['selling']): readonly string[] {
  if (selling === null) return ['sells    nothing; overage sell 5GB --floor 8 would']
  const { open, closeReason, offer, stock, reserve, participants, sold, revenue, unsettled } = selling
  const state = open
    ? `${gb(stock)} at ${unitPrice(reserve)} per GB or more, ${counted(participants, 'bid')}  ${pc.dim(shortOffer(offer))}`
    : `nothing now${closeReason === null ? '' : ` (${closeReason})`}`
  const waiting = unsettled === 0 ? '' : `, ${counted(unsettled, 'award')} unanswered`
  return [`sells    ${state}`, `sold     ${gb(sold)} for ${money(revenue)}${waiting}`]
}

function buyingLines(buying: ToldView['buying']): readonly string[] {
  if (buying === null) return ['wants    nothing; overage buy 5GB --sigma 40 would']
  const { wanted, standing, owned, spent, unsettled } = buying
  const state = wanted === 0 ? 'nothing more' : `up to ${gb(wanted)} more, ${counted(standing, 'bid')} standing`
  const waiting = unsettled === 0 ? '' : `, ${counted(unsettled, 'accept')} without a receipt`
  return [`wants    ${state}`, `bought   ${gb(owned)} for ${money(spent)}${waiting}`]
}

export function printAccepts({ accepts }: AcceptsView): string {
  if (accepts.length === 0) return 'Every accept has its receipt.\n'
  const right = 'right' as const
  const columns = [
    { title: 'award' },
    { title: 'seller' },
    { title: 'quantity', align: right },
    { title: 'charge', align: right },
  ]
  const rows = accepts.map(({ award, seller, quantity, charge }) => [
    award.slice(0, 12),
    seller,
    gb(quantity),
    money(charge),
  ])
  return `${tableOf(columns, rows)}\n`
}

export function printPeers({ peers }: PeersView, now: number): string {
  if (peers.length === 0) {
    return 'No peer is connected. A node finds others through --bootstrap, one address of a node that runs is enough.\n'
  }
  const rows = peers.map(({ id, direction, latencyMs, inMesh, since, agent, addresses }) => [
    shortId(id),
    direction,
    latencyMs === null ? dash : `${Math.round(latencyMs)} ms`,
    inMesh ? 'yes' : dash,
    ago(now - since),
    label(agent ?? dash),
    label(addresses[0] ?? dash, 60),
  ])
  const columns = ['peer', 'direction', 'latency', 'mesh', 'connected', 'runs', 'address'].map((title) => ({ title }))
  return `${tableOf(columns, rows)}\n`
}

export function printOffers(offers: OffersView['offers'], now: number): string {
  if (offers.length === 0) return 'No offer is known. One that was just opened takes a few seconds to come round.\n'
  const rows = offers.map(({ offer, status, stock, reserve, floor, mine, viewed, standing, closesAt, ageMs }) => [
    shortOffer(offer),
    status,
    gb(stock),
    unitPrice(reserve),
    unitPrice(floor),
    ago(ageMs),
    status === 'open' ? ago(closesAt - now) : dash,
    mine
      ? 'mine'
      : standing !== null
        ? `bid ${gb(standing.quantity)} at ${unitPrice(standing.price)}`
        : viewed
          ? 'looked at'
          : '',
  ])
  return `${tableOf(
    [
      { title: 'offer' },
      { title: 'status' },
      { title: 'stock', align: 'right' },
      { title: 'reserve', align: 'right' },
      { title: 'floor', align: 'right' },
      { title: 'heard', align: 'right' },
      { title: 'closes in', align: 'right' },
      { title: '' },
    ],
    rows,
  )}\n`
}

export interface SalesView {
  readonly auctions: AuctionsView['auctions']
  readonly bids: BidsView['bids']
  readonly receipts: readonly Omit<ReceiptView, 'proof'>[]
}

/** What is on its way, then what is done. */
export function printSales({ auctions, bids, receipts }: SalesView): string {
  const parts = [...auctions.flatMap(auctionPart), ...bidsPart(bids), receiptsPart(receipts)]
  return `${parts.join('\n\n')}\n`
}

function auctionPart({
  offer,
  open,
  stock,
  reserve,
  bids,
  awards,
}: AuctionsView['auctions'][number]): readonly string[] {
  if (!open && awards.length === 0) return []
  const title = open ? `Auction of ${gb(stock)}, reserve ${unitPrice(reserve)} per GB` : 'Auction that is over'
  const rows = [
    ...bids.map(({ buyer, quantity, price, tentative }) => [
      shortId(buyer),
      gb(quantity),
      unitPrice(price),
      tentative.quantity === 0 ? dash : `${gb(tentative.quantity)} for ${money(tentative.charge)}`,
    ]),
    ...awards.map(({ buyer, quantity, charge }) => [shortId(buyer), gb(quantity), '', `awarded for ${money(charge)}`]),
  ]
  const head = `${pc.bold(title)}  ${pc.dim(shortOffer(offer))}`
  if (rows.length === 0) return [`${head}\n no bids yet`]
  const right = 'right' as const
  const columns = [
    { title: 'bidder' },
    { title: 'asks', align: right },
    { title: 'per GB', align: right },
    { title: 'would get' },
  ]
  return [`${head}\n${tableOf(columns, rows)}`]
}

function bidsPart(bids: BidsView['bids']): readonly string[] {
  const standing = bids.filter(({ quantity }) => quantity > 0)
  if (standing.length === 0) return []
  const rows = standing.map(({ offer, quantity, price, quote }) => [
    shortOffer(offer),
    gb(quantity),
    unitPrice(price),
    quote === null
      ? 'not quoted yet'
      : quote.quantity === 0
        ? dash
        : `${gb(quote.quantity)} for ${money(quote.charge)}`,
  ])
  const right = 'right' as const
  const columns = [
    { title: 'offer' },
    { title: 'bid', align: right },
    { title: 'per GB', align: right },
    { title: 'would get' },
  ]
  return [`${pc.bold('Bids that stand')}\n${tableOf(columns, rows)}`]
}

function receiptsPart(receipts: SalesView['receipts']): string {
  if (receipts.length === 0) return 'Nothing sold or bought yet.'
  const rows = receipts.map(({ side, seller, buyer, quantity, charge, fee, award }) => [
    side,
    `${side === 'sold' ? 'to' : 'from'} ${shortId(side === 'sold' ? buyer : seller)}`,
    gb(quantity),
    unitPrice(charge / quantity, 2),
    money(charge),
    side === 'sold' ? dash : money(fee),
    pc.dim(award.slice(0, 8)),
  ])
  const right = 'right' as const
  const titles = ['quantity', 'per GB', 'charge', 'fee'].map((title) => ({ title, align: right }))
  return `${pc.bold(counted(receipts.length, 'receipt'))}\n${tableOf([{ title: '' }, { title: '' }, ...titles, { title: 'award' }], rows)}`
}
