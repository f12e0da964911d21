/** One view of a swarm out of the views of its nodes, with what only its launcher knows. Pure. */
import { optimumOf, welfareOf } from '../../src/mechanism/measures.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import type { Person } from '../../src/sim/population.js'
import { megabytes } from '../../src/units.js'
import { type ObserverView, type OfferView, type SaleView, salesMax, type View } from './schema.js'

export interface Launched {
  readonly market: string
  readonly currency: string
  readonly phase: string
  readonly people: readonly Person[]
  readonly deaths: ReadonlyMap<string, string>
  /** Nodes whose gossip is read while somebody watches. */
  readonly followed: number
}

/** A node that said nothing for so long is shown as silent. */
const silentMs = 5_000

export function swarmViewOf(views: readonly View[], launched: Launched, at: number): View {
  const nodes = views
    .flatMap((view) => view.nodes)
    .map((node) => {
      const died = launched.deaths.get(node.name)
      const silent = at - node.seenAt > silentMs ? 'it does not answer' : null
      return { ...node, trouble: died ?? silent }
    })
  const sales = salesOf(views)
  const { market, currency, phase, followed } = launched
  return {
    kind: 'swarm',
    market,
    currency,
    at,
    phase,
    nodes,
    followed: Math.min(followed, nodes.length),
    offers: offersOf(views),
    sales: sales.slice(-salesMax),
    salesCount: sales.length,
    observer: observerOf(nodes, launched.people),
  }
}

/** Of each offer the newest version that any node knows, and how many nodes know that one. */
function offersOf(views: readonly View[]): OfferView[] {
  const newest = new Map<string, OfferView>()
  for (const { offers } of views) {
    for (const offer of offers) {
      const known = newest.get(offer.offer)
      if (known === undefined || offer.sequence > known.sequence) newest.set(offer.offer, { ...offer, heardBy: 1 })
      else if (offer.sequence === known.sequence) {
        newest.set(offer.offer, { ...known, heardBy: (known.heardBy ?? 0) + 1 })
      }
    }
  }
  return [...newest.values()]
}

/** Both sides hold each; the earlier time is the seller's, who makes it. */
function salesOf(views: readonly View[]): SaleView[] {
  const sales = new Map<string, SaleView>()
  for (const { sales: known } of views) {
    for (const sale of known) {
      const other = sales.get(sale.award)
      const times = [sale.at, other?.at ?? null].filter((time) => time !== null)
      sales.set(sale.award, { ...sale, at: times.length === 0 ? null : Math.min(...times) })
    }
  }
  return [...sales.values()].sort((a, b) => (a.at ?? 0) - (b.at ?? 0))
}

function observerOf(nodes: View['nodes'], people: readonly Person[]): ObserverView {
  const byName = new Map(nodes.map((node) => [node.name, node]))
  const holdings = people.flatMap(({ name, wants }) =>
    wants === undefined
      ? []
      : [{ valuation: valuationOf(wants.valuation), owned: megabytes(byName.get(name)?.buying?.owned ?? 0) }],
  )
  const supplies = people.flatMap(({ name, sells }) =>
    sells === undefined ? [] : [{ ...sells, sold: megabytes(byName.get(name)?.selling?.sold ?? 0) }],
  )
  const nothing = holdings.map(({ valuation }) => ({ valuation, owned: megabytes(0) }))
  const optimum = optimumOf(nothing, supplies)
  return {
    welfare: welfareOf(holdings, supplies),
    optimum: optimum.welfare,
    optimumPrice: optimum.price,
    people: people.map((person) => {
      const { name, sells, wants } = person
      const node = byName.get(name)
      const { sold = 0, revenue = 0 } = node?.selling ?? {}
      const { owned = 0, spent = 0 } = node?.buying ?? {}
      const valuation = wants && valuationOf(wants.valuation)
      const earned = sells === undefined ? 0 : revenue - sold * sells.floor
      return {
        name,
        peerId: node?.peerId ?? '',
        stock: sells?.stock ?? null,
        floor: sells?.floor ?? null,
        demand: valuation?.demand ?? null,
        budget: wants?.budget ?? null,
        gain: earned + (valuation === undefined ? 0 : valuation.value(megabytes(owned)) - spent),
      }
    }),
  }
}
