import { describe, expect, test } from 'vitest'
import { clear } from '../../src/mechanism/auction.js'
import { ladderFor } from '../../src/mechanism/ladder.js'
import { optimumOf, regretOf } from '../../src/mechanism/measures.js'
import { type Player, playStaticGame } from '../../src/mechanism/static-game.js'
import { fixedStrategy, strategies, strategyNames } from '../../src/mechanism/strategy.js'
import { valuationOf } from '../../src/mechanism/valuation.js'
import { Prng } from '../../src/sim/prng.js'
import { type Megabytes, type Micros, microsMax, ticks } from '../../src/units.js'
import { data, inCurrency, money, price, published } from './published.js'

const unlimited = microsMax as Micros
const nothing = 0 as Megabytes

describe('Lazar & Semret, Fig. 3', () => {
  const { stock, reserve, rivals, valuation, reply: golden } = published.lazarSemretFig3
  const bids = rivals.map((rival, n) => ({
    buyer: `rival-${n}`,
    quantity: data(rival.quantity),
    price: price(rival.price),
  }))
  const ladder = ladderFor({ stock: data(stock), reserve: price(reserve) }, bids)

  test.each(strategyNames)('%s gives the golden reply', (name) => {
    const reply = strategies[name]({
      buyer: 'newcomer',
      valuation: valuationOf({ ...valuation, demand: stock }),
      owned: nothing,
      budgetLeft: unlimited,
      epsilon: 0 as Micros,
      loyalty: 1_000,
      view: [{ offer: 'seller', ladder }],
    })
    expect(reply).toMatchObject({
      supremum: data(golden.quantitySupremum),
      quantity: data(golden.quantitySupremum),
      price: price(valuation.unitValue),
      charge: money(golden.charge),
      utility: money(golden.utility),
    })
  })

  test('the auction charges the golden reply what its ladder said', () => {
    const bid = { buyer: 'newcomer', quantity: data(golden.quantitySupremum), price: price(valuation.unitValue) }
    const { awards } = clear({ stock: data(stock), reserve: price(reserve) }, [...bids, bid])
    expect(awards.at(-1)).toEqual({ buyer: 'newcomer', quantity: bid.quantity, charge: money(golden.charge) })
  })
})

describe('Beltrán & Roggendorf, scenario 1', () => {
  const { stocks, buyers, epsilon, optimum, recomputedWithMergedReply } = published.beltranRoggendorfScenario1
  const valuations = buyers.map((buyer) => valuationOf({ kind: 'parabolic', ...buyer }))
  const orders = 20

  test('the optimum is the recomputed one', () => {
    const found = optimumOf(
      valuations.map((valuation) => ({ valuation, owned: nothing })),
      stocks.map((stock) => ({ stock: data(stock), floor: price(0) })),
    )
    expect(inCurrency(found.welfare)).toBeCloseTo(optimum.recomputed, 2)
    expect(found.price / 1_000).toBeCloseTo(optimum.clearingPrice, 3)
    found.shares.forEach((share, buyer) => {
      expect(share / 1_000).toBeCloseTo(optimum.shares[buyer]!, 2)
    })
  })

  test.each(recomputedWithMergedReply.valueDecrement)(
    'reserve $reserve: welfare, bids and rest in every order',
    (row) => {
      const seen: { replies: number; welfare: number }[] = []
      for (let order = 0; order < orders; order++) {
        const players: readonly Player[] = valuations.map((valuation, n) => ({
          buyer: `buyer-${n}`,
          valuation,
          budget: unlimited,
          strategy: strategies.everywhere,
        }))
        const outcome = playStaticGame({
          sellers: stocks.map((stock, n) => ({
            offer: `seller-${n}`,
            ask: { stock: data(stock), reserve: price(row.reserve) },
          })),
          players,
          epsilon: money(epsilon),
          loyalty: 0,
          gateShare: 0,
          viewMax: stocks.length,
          repliesMax: 1_000,
          random: new Prng(`order-${order}`),
        })
        expect(outcome.settled).toBe(true)
        const participants = players.map(({ buyer, valuation, budget }) => ({
          buyer,
          valuation,
          owned: nothing,
          budgetLeft: budget,
        }))
        expect(regretOf(participants, outcome.books)).toBeLessThanOrEqual(2 * money(epsilon))
        // The figures are what data is worth to its buyers, whatever the sellers' reserves.
        const sold = outcome.allocation.reduce((sum, { quantity }) => sum + quantity, 0)
        seen.push({ replies: outcome.replies, welfare: inCurrency(outcome.welfare + price(row.reserve) * sold) })
      }
      const replies = seen.map((one) => one.replies)
      const welfare = seen.map((one) => one.welfare)
      console.log(
        `reserve ${row.reserve}: bids ${Math.min(...replies)}–${Math.max(...replies)} (${row.bids.join('–')}), ` +
          `welfare ${Math.min(...welfare).toFixed(1)}–${Math.max(...welfare).toFixed(1)} (${row.welfare.join('–')})`,
      )
      expect(Math.min(...welfare)).toBeGreaterThanOrEqual(1_458)
      expect(Math.max(...welfare)).toBeLessThanOrEqual(optimum.recomputed + 0.01)
      expect(Math.max(...replies)).toBeLessThanOrEqual(row.bids[1] * 1.2)
    },
  )
})

describe("the author's later two-seller example", () => {
  const { stocks, bids, awards } = published.laterTwoSellerExample
  const expected = tableOf(
    Object.entries(awards).map(([offer, won]) => ({
      offer,
      awards: Object.entries(won).map(([buyer, quantity]) => ({ buyer, quantity: data(quantity) })),
    })),
  )
  const play = (order: readonly string[]) =>
    playStaticGame({
      sellers: Object.entries(stocks).map(([offer, stock]) => ({
        offer,
        ask: { stock: data(stock), reserve: price(0) },
      })),
      players: order.map((buyer) => {
        const { quantity, price: limit } = bids.find((bid) => bid.buyer === buyer)!
        return {
          buyer,
          valuation: valuationOf({ kind: 'linear', unitValue: limit, demand: quantity }),
          budget: unlimited,
          strategy: fixedStrategy({ quantity: data(quantity), price: price(limit) }),
        }
      }),
      epsilon: 0 as Micros,
      loyalty: 0,
      gateShare: 0,
      viewMax: 2,
      repliesMax: 100,
      random: { shuffled: (items) => items },
    })

  test('comes out exactly when C, D and E reply before B has settled at the larger seller', () => {
    for (const order of ['CDEAB', 'CDEBA', 'DCEBA', 'ECDBA', 'EACDB', 'ACDEB']) {
      const outcome = play([...order])
      expect(outcome.settled).toBe(true)
      const found = outcome.books.map(({ offer, ask, bids: book }) => ({ offer, awards: clear(ask, book).awards }))
      expect(tableOf(found)).toEqual(expected)
    }
  })

  test('comes to rest in every order, all 150 units sold but for at most one', () => {
    let same = 0
    const orders = ordersOf(bids.map(({ buyer }) => buyer))
    for (const order of orders) {
      const outcome = play(order)
      expect(outcome.settled).toBe(true)
      const tables = outcome.books.map(({ offer, ask, bids: book }) => ({ offer, ...clear(ask, book) }))
      expect(tables.reduce((sum, { unsold }) => sum + unsold, 0)).toBeLessThanOrEqual(data(1))
      if (JSON.stringify(tableOf(tables)) === JSON.stringify(expected)) same += 1
    }
    console.log(`two sellers: the published awards in ${same} of ${orders.length} orders`)
    expect(same).toBeGreaterThan(orders.length / 3)
  })
})

function tableOf(
  sellers: readonly { offer: string; awards: readonly { buyer: string; quantity: number }[] }[],
): readonly string[] {
  return sellers
    .flatMap(({ offer, awards }) =>
      awards.filter(({ quantity }) => quantity > 0).map(({ buyer, quantity }) => `${offer} ${buyer} ${quantity}`),
    )
    .sort()
}

function ordersOf(items: readonly string[]): readonly (readonly string[])[] {
  return items.length === 0
    ? [[]]
    : items.flatMap((first) => ordersOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]))
}

describe("Lazar & Semret's convergence population", () => {
  const { stock, epsilon, budget, published: printed } = published.lazarSemretConvergence
  const sizes = [2, 4, 8, 16, 32, 64, 96]

  test.each(sizes)('%i players come to rest', (players) => {
    const draws = Math.max(2, Math.ceil(10 / players))
    let replies = 0
    for (let draw = 0; draw < draws; draw++) {
      const random = new Prng(`population-${players}-${draw}`)
      const outcome = playStaticGame({
        sellers: [{ offer: 'seller', ask: { stock: data(stock), reserve: ticks(0) } }],
        players: Array.from({ length: players }, (_, n) => ({
          buyer: `player-${n}`,
          valuation: valuationOf({
            kind: 'parabolic',
            qbar: random.between(50_000, 100_000) / 1_000,
            pbar: random.between(10_000, 20_000) / 1_000,
          }),
          budget: money(budget),
          strategy: strategies['minimal-pool'],
        })),
        epsilon: money(epsilon),
        loyalty: 0,
        gateShare: 0,
        viewMax: 1,
        repliesMax: 100 * players,
        random,
      })
      expect(outcome.settled).toBe(true)
      for (const { quantity, charge } of outcome.allocation) {
        expect(charge).toBeLessThanOrEqual(money(budget))
        expect(quantity).toBeLessThanOrEqual(data(stock))
      }
      replies += outcome.replies
    }
    const line = 1 + players / 10
    console.log(
      `I = ${players}: ${(replies / draws / players).toFixed(1)} bids per player; ` +
        `the paper's line gives ${line.toFixed(1)}, its mean over all I is ${printed.meanBidsPerPlayer}`,
    )
    expect(replies).toBeGreaterThan(0)
  })
})
