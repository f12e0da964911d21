/** The sales of one node as a page shows them: those in its store, and, with their time, those that happen. */
import type { Fact } from '../../src/agent/agent.js'
import { sellerOf } from '../../src/protocol/message.js'
import { receiptViewsOf } from '../api/views.js'
import type { MarketNode } from '../market-node.js'
import { type SaleView, salesMax } from './schema.js'

/** Reads the store once, when it is first asked; from then on it is told. */
export class Sales {
  readonly #node: Pick<MarketNode, 'contents'>
  readonly #sales = new Map<string, SaleView>()
  #count = 0
  #reading: Promise<void> | undefined

  constructor(node: Pick<MarketNode, 'contents' | 'onFact'>) {
    this.#node = node
    node.onFact((fact) => this.#notice(fact))
  }

  /** The latest, oldest first, and how many there ever were. */
  async latest(): Promise<{ readonly sales: readonly SaleView[]; readonly salesCount: number }> {
    this.#reading ??= this.#read()
    await this.#reading
    return { sales: [...this.#sales.values()], salesCount: this.#count }
  }

  /** What happened while the store was read stands in it too, and keeps its time. */
  async #read(): Promise<void> {
    const happened = [...this.#sales.values()]
    this.#sales.clear()
    this.#count = 0
    for (const { side: _, proof: __, ...receipt } of receiptViewsOf(await this.#node.contents())) {
      this.#add({ ...receipt, at: null })
    }
    for (const sale of happened) this.#add(sale)
  }

  #notice(fact: Fact): void {
    if (fact.type !== 'sold' && fact.type !== 'bought') return
    const { offer, buyer, round, quantity, charge, fee, award } = fact.receipt
    this.#add({ offer, seller: sellerOf(offer), buyer, round, quantity, charge, fee, award, at: Date.now() })
  }

  #add(sale: SaleView): void {
    if (!this.#sales.delete(sale.award)) this.#count += 1
    this.#sales.set(sale.award, sale)
    if (this.#sales.size <= salesMax) return
    const [oldest] = this.#sales.keys()
    this.#sales.delete(oldest!)
  }
}
