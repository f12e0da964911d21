import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/ports/store.js'
import { sealedToJson } from '../../src/protocol/json.js'
import type { Award, Receipt } from '../../src/protocol/message.js'
import { digestOf, seal, signedBytesOf } from '../../src/protocol/signing.js'
import { type FinalLaw, type Law, type Ledger, laws, violationsIn } from '../../src/sim/checkers.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { megabytes, micros, ticks } from '../../src/units.js'
import { acceptBy, awardBy, bidBy, buyPlan, offerBy, receiptBy, sellPlan } from './agent-stage.js'

const seller = simulatedSigner('seller')
const buyer = simulatedSigner('buyer')
const rival = simulatedSigner('rival')
const { offer } = offerBy(seller).body
const bids = [bidBy(buyer, { offer, quantity: 40, price: 30 }), bidBy(rival, { offer, quantity: 80, price: 20 })]

interface Trade {
  readonly award?: Partial<Award>
  readonly receipt?: Partial<Receipt>
  readonly round?: number
}

/** One honest trade as it is kept: 40 of 100 MB for what the rival loses. */
function tradeOf({ award: lie = {}, receipt: twist = {}, round = 2 }: Trade = {}) {
  const award = awardBy(seller, { bids, stock: 100, reserve: 10, round }, lie)
  const accept = acceptBy(buyer, award)
  const receipt = seal(seller, { ...receiptBy(seller, accept).body, ...twist })
  return { digest: digestOf(award), award, accept, receipt }
}

type Kept = ReturnType<typeof tradeOf>

const saleOf = ({ award, receipt }: Kept): Json => ({ award: sealedToJson(award), receipt: sealedToJson(receipt) })
const purchaseOf = ({ award, accept, receipt }: Kept): Json => ({
  award: sealedToJson(award),
  accept: sealedToJson(accept),
  addresses: [],
  receipt: sealedToJson(receipt),
})

interface Change {
  readonly sales?: Readonly<Record<string, Json>>
  readonly purchases?: Readonly<Record<string, Json>>
  readonly seller?: Partial<Ledger>
  readonly buyer?: Partial<Ledger>
}

/** The stores of both sides after `trades`, changed afterwards. */
function ledgersOf(trades: readonly Kept[], change: Change = {}): readonly Ledger[] {
  const sales = { ...Object.fromEntries(trades.map((trade) => [trade.digest, saleOf(trade)])), ...change.sales }
  const bought = {
    ...Object.fromEntries(trades.map((trade) => [trade.digest, purchaseOf(trade)])),
    ...change.purchases,
  }
  const recordsOf = (prefix: string, entries: Readonly<Record<string, Json>>) =>
    Object.entries(entries).map(([key, value]) => ({ key: prefix + key, value }))
  return [
    { name: 'seller', id: seller.id, sells: sellPlan, contents: recordsOf('sale/', sales), ...change.seller },
    { name: 'buyer', id: buyer.id, wants: buyPlan, contents: recordsOf('purchase/', bought), ...change.buyer },
  ]
}

const broken = (ledgers: readonly Ledger[]): readonly Law[] => [
  ...new Set(violationsIn(ledgers, simulatedVerifier).map(({ law }) => law)),
]

const trade = tradeOf()
const forged = { ...trade.receipt, signature: new Uint8Array(64) }
/** Says the same and more: a field that this version does not know. */
const longerPayload = new Uint8Array([...trade.receipt.payload, 0xa0, 0x06, 0x01])
const longer = {
  ...trade.receipt,
  payload: longerPayload,
  signature: seller.sign(signedBytesOf({ type: 'receipt', payload: longerPayload })),
}
const unsigned = tradeOf({ receipt: { accept: { ...trade.accept, signature: new Uint8Array(64) } } })

const tampered: Readonly<Record<FinalLaw, readonly (readonly Ledger[])[]>> = {
  'a sale has a receipt on both sides': [
    ledgersOf([trade], { buyer: { contents: [] } }),
    ledgersOf([trade], { seller: { contents: [] } }),
    ledgersOf([trade], { purchases: { [trade.digest]: { ...(purchaseOf(trade) as object), receipt: null } } }),
    ledgersOf([trade], { sales: { [trade.digest]: { ...(saleOf(trade) as object), receipt: null } } }),
    ledgersOf([trade], {
      seller: { contents: [] },
      purchases: { [trade.digest]: { ...(purchaseOf(trade) as object), receipt: null } },
    }),
  ],
  'both sides hold the same receipt': [
    ledgersOf([trade], { sales: { [trade.digest]: saleOf({ ...trade, receipt: longer }) } }),
  ],
  'receipts are signed by both sides': [
    ledgersOf([trade], { sales: { [trade.digest]: saleOf({ ...trade, receipt: forged }) } }),
    ledgersOf([trade], { purchases: { [trade.digest]: purchaseOf({ ...trade, receipt: forged }) } }),
    ledgersOf([{ ...trade, receipt: seal(rival, trade.receipt.body) }]),
    ledgersOf([unsigned]),
  ],
  'receipts say what their awards say': [ledgersOf([{ ...trade, receipt: tradeOf({ round: 3 }).receipt }])],
  'charges are what the evidence gives': [ledgersOf([tradeOf({ award: { charge: micros(1) } })])],
  'no award is above its bid or below the floor': [
    ledgersOf([tradeOf({ award: { quantity: megabytes(41), charge: micros(20 * 10 + 21 * 20) } })]),
    ledgersOf([trade], { seller: { sells: { ...sellPlan, floor: ticks(11) } } }),
  ],
  'no seller awards twice in one round to one buyer': [
    ledgersOf([trade, tradeOf({ award: { quotedReserve: ticks(9) } })]),
  ],
  'a seller sells no more than its stock': [
    ledgersOf([trade], { seller: { sells: { ...sellPlan, stock: megabytes(39) } } }),
    ledgersOf([trade, tradeOf({ round: 3 }), tradeOf({ round: 4 })]),
  ],
  'a buyer buys no more than its demand': [
    ledgersOf([trade], {
      buyer: { wants: { ...buyPlan, valuation: { ...buyPlan.valuation, demand: 0.039 } as never } },
    }),
    ledgersOf([trade], { buyer: { wants: undefined } }),
  ],
  'a buyer spends no more than its budget': [
    ledgersOf([trade], { buyer: { wants: { ...buyPlan, budget: micros(trade.award.body.charge - 1) } } }),
  ],
  'stores can be read': [
    ledgersOf([trade], { sales: { damaged: null } }),
    ledgersOf([trade], { sales: { damaged: { award: 'AAAA', receipt: null } } }),
    ledgersOf([trade], { purchases: { [tradeOf({ round: 9 }).digest]: purchaseOf(trade) } }),
    ledgersOf([trade], { purchases: { damaged: { ...(purchaseOf(trade) as object), receipt: 7 } } }),
  ],
}

describe('the checkers', () => {
  it('find nothing wrong with honest stores', () => {
    expect(violationsIn(ledgersOf([trade]), simulatedVerifier)).toEqual([])
    expect(violationsIn(ledgersOf([trade, tradeOf({ round: 3 })]), simulatedVerifier)).toEqual([])
    expect(violationsIn([], simulatedVerifier)).toEqual([])
  })

  it.each(laws.flatMap((law) => tampered[law].map((ledgers, index) => ({ law, index, ledgers }))))(
    'find that "$law" is broken, and nothing else ($index)',
    ({ law, ledgers }) => {
      expect(broken(ledgers)).toEqual([law])
    },
  )
})
