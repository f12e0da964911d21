/** What the node knows, in the words of the API: plain JSON, no bytes, nothing that is absent. */
import type { BuyerStatus, ParticipantStatus, SellerStatus } from '../../src/agent/agent.js'
import type { Auction, KnownOffer, OwnBid } from '../../src/agent/views.js'
import { proofPrefix } from '../../src/agent/witness.js'
import type { Json, StoreContents } from '../../src/ports/store.js'
import { awardFromJson, type EvidenceAt, evidenceIn } from '../../src/protocol/award-record.js'
import { sealedFromJson, sealedToJson } from '../../src/protocol/json.js'
import { type OfferId, type Quote, sellerOf } from '../../src/protocol/message.js'
import type { Peer } from '../libp2p/peers.js'
import type { NodeStatus } from '../node-contract.js'
import type {
  AuctionsView,
  BidsView,
  OffersView,
  PeersView,
  ProofView,
  ReceiptView,
  StatusView,
  ToldView,
} from './schemas.js'

export const toldViewOf = ({ seller, buyer }: ParticipantStatus): ToldView => ({
  selling: seller === undefined ? null : sellingViewOf(seller),
  buying: buyer === undefined ? null : buyingViewOf(buyer),
})

function sellingViewOf(status: SellerStatus): NonNullable<ToldView['selling']> {
  const {
    offer,
    open,
    closeReason = null,
    stock,
    reserve,
    round,
    participants,
    unsold,
    sold,
    revenue,
    unsettled,
  } = status
  return { offer, open, closeReason, stock, reserve, round, participants, unsold, sold, revenue, unsettled }
}

function buyingViewOf(status: BuyerStatus): NonNullable<ToldView['buying']> {
  const { demand, wanted, owned, spent, standing, unsettled, bidsSent } = status
  return { demand, wanted, owned, spent, standing: standing.length, unsettled, bidsSent }
}

/** `name`: of the market. */
export function networkViewOf(network: NodeStatus['network'], name: string): StatusView['network'] {
  if (network === undefined) return null
  const { network: id, role, acquaintances, dials, clock = null } = network
  const count = (...types: readonly string[]): number =>
    acquaintances.filter(({ verdict }) => types.includes(verdict.type)).length
  return {
    id,
    name,
    role,
    members: count('member'),
    silent: count('silent'),
    strangers: count('other-network', 'other-version'),
    bootstrap: dials.map(({ address, failure }) => ({ address, problem: failure?.text ?? null })),
    clock,
  }
}

export function syncViewOf({ told, underWay, last }: NodeStatus['sync']): StatusView['sync'] {
  return {
    peers: told,
    underWay,
    last: last === undefined ? null : { told: last.told, failed: last.failed, taken: last.taken },
  }
}

export const peersViewOf = (peers: readonly Peer[]): PeersView => ({
  peers: peers.map((peer) => ({
    ...peer,
    addresses: [...peer.addresses],
    latencyMs: peer.latencyMs ?? null,
    agent: peer.agent ?? null,
  })),
})

export const offersViewOf = (
  { offers, next }: { readonly offers: readonly KnownOffer[]; readonly next: OfferId | '' },
  now: number,
): OffersView => ({
  offers: offers.map(({ offer: known, mine, viewed, standing }) => {
    const { offer, status, stock, reserve, floor, policy, sequence, issuedAt, expiresAt, closesAt } = known
    return {
      offer,
      seller: sellerOf(offer),
      status,
      stock,
      reserve,
      floor,
      policy,
      ladder: [...known.ladder],
      sequence,
      issuedAt,
      ageMs: now - issuedAt,
      expiresAt,
      closesAt,
      mine,
      viewed,
      standing: standing === undefined ? null : { quantity: standing.quantity, price: standing.price },
    }
  }),
  next: next === '' ? null : next,
})

export function auctionsViewOf(auction: Auction | undefined): AuctionsView {
  if (auction === undefined) return { auctions: [] }
  const { announced, bids, awards } = auction
  const terms = {
    floor: announced?.floor ?? null,
    policy: announced?.policy ?? null,
    closesAt: announced?.closesAt ?? null,
  }
  return { auctions: [{ ...sellingViewOf(auction), ...terms, bids: [...bids], awards: [...awards] }] }
}

export const bidsViewOf = (bids: readonly OwnBid[]): BidsView => ({
  bids: bids.map(({ quote, ...bid }) => ({
    ...bid,
    seller: sellerOf(bid.offer),
    quote: quote === undefined ? null : quoteViewOf(quote),
  })),
})

function quoteViewOf({ bidSequence, round, sequence, stock, reserve, ladder, quantity, charge }: Quote) {
  return { bidSequence, round, sequence, stock, reserve, ladder: [...ladder], quantity, charge }
}

/** Every sale and every purchase with a receipt, in the order of their awards' digests. */
export function receiptViewsOf(contents: StoreContents): readonly ReceiptView[] {
  const evidenceAt = evidenceIn(contents)
  return contents.flatMap(({ key, value }) => {
    if (key.startsWith('sale/')) return receiptViewOf('sold', value, evidenceAt)
    return key.startsWith('purchase/') ? receiptViewOf('bought', value, evidenceAt) : []
  })
}

/** What it kept of sellers that cheated it, in the order of their offers and rounds. */
export const proofViewsOf = (contents: StoreContents): readonly ProofView[] =>
  contents.flatMap(({ key, value }) => (key.startsWith(proofPrefix) ? [value as ProofView] : []))

function receiptViewOf(side: ReceiptView['side'], value: Json, evidenceAt: EvidenceAt): readonly ReceiptView[] {
  const saved = value as { readonly receipt?: Json; readonly award?: Json }
  const receipt = sealedFromJson(saved.receipt ?? null, 'receipt')
  const proven = awardFromJson(saved.award ?? null, evidenceAt)
  if (receipt === undefined || proven === undefined) return []
  const { offer, buyer, round, quantity, charge, fee, award } = receipt.body
  const proof = { receipt: saved.receipt as string, award: sealedToJson(proven) as string }
  return [{ side, offer, seller: sellerOf(offer), buyer, round, quantity, charge, fee, award, proof }]
}
