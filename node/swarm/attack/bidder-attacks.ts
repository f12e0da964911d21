/** Attacks on auctions by their bidders: they want more than there is, and never pay. */
import { encode } from '../../../src/protocol/codec.js'
import {
  type Award,
  type Bid,
  type Decline,
  type DirectMessage,
  type Sealed,
  sellerOf,
} from '../../../src/protocol/message.js'
import { digestOf, seal } from '../../../src/protocol/signing.js'
import { megabytes, megabytesMax, ticks, ticksMax } from '../../../src/units.js'
import type { Attack, AttackOptions, RunningAttack } from './attack.js'
import { Deeds, Intruder, repeating } from './intruder.js'

/** More than anybody has, for more than anybody pays. */
const everything = { quantity: megabytesMax, price: ticksMax }
const withdrawal = { quantity: 0, price: 0 }

/** Bids at every offer that the intruder knows. */
function bidAtAll(
  intruder: Intruder,
  { quantity, price, deeds, what = 'bids' }: { quantity: number; price: number; deeds: Deeds; what?: string },
): void {
  for (const { body } of intruder.offers()) {
    const bid: Bid = {
      type: 'bid',
      market: body.market,
      offer: body.offer,
      buyer: intruder.id,
      sequence: Date.now(),
      quantity: megabytes(quantity),
      price: ticks(price),
    }
    intruder.send(sellerOf(body.offer), encode(seal(intruder.signer, bid)), body.addresses)
    deeds.add(what)
  }
}

/** Someone who wins, by a bid in each turn of which `bidIn` gives one, and does with awards what `answer` says. */
async function winner(
  options: AttackOptions,
  {
    perSecond,
    bidIn,
    answer,
  }: {
    readonly perSecond: number
    readonly bidIn: (turn: number) => typeof everything | undefined
    readonly answer: 'decline' | 'none'
  },
): Promise<RunningAttack> {
  const deeds = new Deeds()
  const intruder = await Intruder.enter(options, (message, self) => {
    const { body } = message
    if (body.type === 'refused') deeds.add(`refused ${body.code}`)
    if (body.type !== 'award') return
    deeds.add(answer === 'decline' ? 'awards declined' : 'awards left unanswered')
    if (answer === 'decline') decline(self, message as Sealed<Award>)
  })
  let turn = 0
  const act = (): void => {
    const bid = bidIn(turn++)
    if (bid !== undefined) bidAtAll(intruder, { ...bid, deeds, what: bid.quantity === 0 ? 'withdrawals' : 'bids' })
  }
  return repeating([intruder], { perSecond: options.perSecond ?? perSecond, deeds, act })
}

function decline(intruder: Intruder, award: Sealed<Award>): void {
  const { market, offer, round, buyer } = award.body
  const about = { market, offer, round, buyer, award: digestOf(award) }
  const body: Decline = { type: 'decline', ...about, code: 'no-longer-wanted' }
  intruder.send(sellerOf(offer), encode(seal(intruder.signer, body)))
}

export const neverAccepts: Attack = {
  name: 'never-accepts',
  what: 'a buyer that outbids everybody for everything, wins, and never answers',
  start: (options) => winner(options, { perSecond: 1, bidIn: () => everything, answer: 'none' }),
}

export const alwaysDeclines: Attack = {
  name: 'always-declines',
  what: 'a buyer that outbids everybody for everything, wins, declines at once, and bids again',
  start: (options) => winner(options, { perSecond: 4, bidIn: () => everything, answer: 'decline' }),
}

/** Rounds that a poisoner's bid stands, and rounds from one to the next: it is gone again before most commits. */
const [poisonRounds, poisonCycle] = [3, 4]

export const reservePoisoner: Attack = {
  name: 'reserve-poisoner',
  what: 'a buyer that drives the reserve up with a bid beyond all others, withdraws it before the commit, and begins again',
  start: (options) =>
    winner(options, {
      // A round on one machine lasts 250 ms.
      perSecond: 4,
      bidIn: (turn) => ({ 0: everything, [poisonRounds]: withdrawal })[turn % poisonCycle],
      answer: 'decline',
    }),
}

export const bidFlood: Attack = {
  name: 'bid-flood',
  what: 'hundreds of bidders that want more than there is, at a price that keeps their places and wins nothing',
  async start(options) {
    const deeds = new Deeds()
    const count = options.identities ?? 260
    const onDirect = ({ body }: Sealed<DirectMessage>): void =>
      deeds.add(body.type === 'refused' ? `refused ${body.code}` : `got ${body.type}`)
    const intruders: Intruder[] = []
    for (let n = 0; n < count; n += 10) {
      const tens = Array.from({ length: Math.min(10, count - n) }, () => Intruder.enter(options, onDirect))
      intruders.push(...(await Promise.all(tens)))
    }
    let turn = 0
    const act = (): void => {
      const intruder = intruders[turn++ % intruders.length]!
      const floors = intruder.offers().map(({ body }) => body.floor)
      bidAtAll(intruder, { quantity: megabytesMax, price: Math.max(1, ...floors), deeds })
    }
    return repeating(intruders, { perSecond: options.perSecond ?? 100, deeds, act })
  },
}
