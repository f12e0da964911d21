/** The life of one offer on one time line, from what all nodes saw: published, spread, bids, quotes, awards, receipts. */
import type { PeerId } from '../ports/signer.js'
import type { OfferId } from '../protocol/message.js'
import type { AuctionEvent, AuctionMessage, Direction, InspectLine, OfferSummary } from './event.js'

export type LifeEntry =
  /** A version of the offer went out, and came to so many nodes. */
  | {
      readonly type: 'published'
      readonly at: number
      readonly by: PeerId
      readonly offer: OfferSummary
      readonly nodes: number
      /** Until the last of them had it; undefined without any. */
      readonly lastUs: number | undefined
      /** Nodes that got it by offer sync. */
      readonly synced: number
    }
  | {
      readonly type: 'message'
      readonly at: number
      readonly from: PeerId
      readonly to: PeerId
      readonly message: AuctionMessage
      /** Until it arrived; undefined where only one side was captured, or it is lost. */
      readonly tookUs: number | undefined
    }

/** Sent and not seen to arrive yet; more of the same are told apart by their order. */
const openMax = 10_000
/** An arrival this much before the departure belongs to another copy of the message. */
const aheadUsMax = 100_000

export class OfferLifeCollector {
  readonly #wanted: (offer: OfferId) => boolean
  readonly #entries: Entry[] = []
  readonly #versions = new Map<string, Version>()
  /** Messages of which one side was seen, by their ends and bytes. */
  readonly #open = new Map<string, { readonly dir: Direction; readonly entry: Message }[]>()
  readonly #byId = new Map<string, Version>()

  constructor(wanted: (offer: OfferId) => boolean) {
    this.#wanted = wanted
  }

  add(line: InspectLine): void {
    switch (line.type) {
      case 'publish':
        if (line.offer !== undefined && this.#wanted(line.offer.offer)) this.#published(line.offer, line)
        return
      case 'verdict':
        if (line.verdict === 'delivered' && line.id !== undefined) this.#byId.get(line.id)?.got.set(line.node, line.at)
        return
      case 'sync':
        if (line.dir === 'out') for (const offer of line.offers ?? []) this.#synced(offer, line)
        return
      case 'auction':
        if (line.message !== undefined && this.#wanted(line.message.offer)) this.#exchanged(line, line.message)
    }
  }

  /** Offers seen, and everything of them in the order of time. */
  result(): { readonly offers: readonly OfferId[]; readonly entries: readonly LifeEntry[] } {
    const entries = this.#entries.map(finished).sort((a, b) => a.at - b.at)
    const offers = entries.map((entry) => (entry.type === 'published' ? entry.offer.offer : entry.message.offer))
    return { offers: [...new Set(offers)], entries }
  }

  #published(
    offer: OfferSummary,
    { at, node, id }: { readonly at: number; readonly node: PeerId; readonly id: string },
  ): void {
    const version: Version = { type: 'version', at, by: node, offer, got: new Map(), synced: new Set() }
    this.#entries.push(version)
    this.#versions.set(`${offer.sequence} ${offer.offer}`, version)
    this.#byId.set(id, version)
  }

  #synced(
    { offer, sequence }: { readonly offer: OfferId; readonly sequence: number },
    { node, at }: InspectLine,
  ): void {
    const version = this.#versions.get(`${sequence} ${offer}`)
    if (version === undefined || version.got.has(node) || node === version.by) return
    version.got.set(node, at)
    version.synced.add(node)
  }

  #exchanged({ dir, node, peer, at, bytes }: AuctionEvent, message: AuctionMessage): void {
    const [from, to] = dir === 'out' ? [node, peer] : [peer, node]
    const key = `${from} ${to} ${bytes} ${JSON.stringify(message)}`
    const open = this.#open.get(key)
    // Two clocks, and two processes that wait for their turn: it may be seen to arrive a little before it is seen to leave.
    const other = open?.find((seen) => seen.dir !== dir && (dir === 'in' || seen.entry.at - at < aheadUsMax))
    if (open !== undefined && other !== undefined) {
      open.splice(open.indexOf(other), 1)
      if (open.length === 0) this.#open.delete(key)
      const [sentAt, cameAt] = dir === 'in' ? [other.entry.at, at] : [at, other.entry.at]
      other.entry.at = Math.min(sentAt, cameAt)
      other.entry.tookUs = Math.max(0, cameAt - sentAt)
      return
    }
    const entry: Message = { type: 'message', at, from, to, message, tookUs: undefined }
    this.#entries.push(entry)
    if (open !== undefined) open.push({ dir, entry })
    else if (this.#open.size < openMax) this.#open.set(key, [{ dir, entry }])
  }
}

interface Version {
  readonly type: 'version'
  readonly at: number
  readonly by: PeerId
  readonly offer: OfferSummary
  readonly got: Map<PeerId, number>
  readonly synced: Set<PeerId>
}
type Message = { -readonly [Key in keyof Exchanged]: Exchanged[Key] }
type Exchanged = Extract<LifeEntry, { type: 'message' }>
type Entry = Version | Message

function finished(entry: Entry): LifeEntry {
  if (entry.type === 'message') return { ...entry }
  const { at, by, offer, got, synced } = entry
  const lastUs = got.size === 0 ? undefined : Math.max(...got.values()) - at
  return { type: 'published', at, by, offer, nodes: got.size, lastUs, synced: synced.size }
}
