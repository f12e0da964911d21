/**
 * One small auction as a text that people can read, kept as a fixture. When the agents are meant to behave differently,
 * write it anew with `OVERAGE_WRITE_FIXTURES=1 npx vitest run test/scenario/transcript.test.ts` and read what changed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lanRules } from '../../src/agent/rules.js'
import { decode } from '../../src/protocol/codec.js'
import { limits, type Message } from '../../src/protocol/message.js'
import type { Outgoing } from '../../src/sim/links.js'
import { Prng } from '../../src/sim/prng.js'
import { simulatedSigner, simulatedVerifier } from '../../src/sim/signer.js'
import { sharedByteWire } from '../../src/sim/wire.js'
import { type SimulatedPerson, World } from '../../src/sim/world.js'
import { megabytes, millis, ticks } from '../../src/units.js'
import { calmNetwork } from './market.js'

const fixture = join(import.meta.dirname, '..', 'fixtures', 'transcripts', 'one-auction.txt')

const wanting = (name: string, sigma: number, demand: number): SimulatedPerson => ({
  name,
  signer: simulatedSigner(name),
  wants: { valuation: { kind: 'alpha-fair', sigma, alpha: 0.5, demand }, budget: undefined, strategy: 'minimal-pool' },
})

const people: readonly SimulatedPerson[] = [
  {
    name: 'dora',
    signer: simulatedSigner('dora'),
    sells: { stock: megabytes(10_000), floor: ticks(2_000), policy: 'tracking', closesAfterMs: millis(60_000) },
  },
  wanting('ann', 40, 8),
  wanting('bob', 30, 8),
  wanting('cat', 12, 4),
]

const nameOf = (id: string | undefined) => people.find(({ signer }) => signer.id === id)?.name ?? 'all'
const ladderText = (ladder: readonly { price: number; quantity: number }[]) =>
  ladder.map(({ price, quantity }) => `${quantity}@${price}`).join(' ')

/** The numbers of a message that its reader decides by. */
function summaryOf(body: Message): string {
  switch (body.type) {
    case 'offer':
      return `${body.status}, stock ${body.stock}, reserve ${body.reserve}, ladder ${ladderText(body.ladder) || 'none'}`
    case 'bid':
      return body.quantity === 0 ? 'withdrawn' : `${body.quantity} MB at ${body.price}`
    case 'quote':
      return `round ${body.round}, reserve ${body.reserve}, ${body.quantity} MB for ${body.charge}, ladder ${ladderText(body.ladder)}`
    case 'award':
      return `round ${body.round}, reserve ${body.reserve}, ${body.quantity} MB for ${body.charge}, ${body.evidence.length} bids`
    case 'accept':
    case 'receipt':
      return `${body.quantity} MB for ${body.charge}, fee ${body.fee}`
    case 'decline':
    case 'refused':
      return body.code
    case 'closed':
      return body.reason
  }
}

function transcript(): string {
  const lines: string[] = [
    'One seller and three buyers, LAN rules, 2 to 12 ms one way. MB, ticks (0.001 currency per GB), micro-currency.',
    ...people.map(({ name, sells, wants }) => {
      if (sells !== undefined) return `${name} sells ${sells.stock} MB at ${sells.floor} or more`
      return `${name} wants ${JSON.stringify(wants!.valuation).replaceAll('"', '')}`
    }),
    '',
  ]
  const world = new World({
    market: 'trial',
    rules: lanRules,
    random: new Prng('one auction'),
    network: { ...calmNetwork, latencyMsMin: millis(2), latencyMsMax: millis(12) },
    people,
    verifier: simulatedVerifier,
    wire: sharedByteWire(),
    onMessage: ({ from, to, frame }: Outgoing) => {
      const decoded = decode(frame, limits.directBytesMax)
      if (!decoded.ok) throw new Error(decoded.code)
      const { body } = decoded.sealed
      const time = String(world.elapsedMs).padStart(6)
      lines.push(
        `${time} ms  ${nameOf(from).padEnd(4)} -> ${nameOf(to).padEnd(4)}  ${body.type.padEnd(7)}  ${summaryOf(body)}`,
      )
    },
  })
  world.startAll()
  const dora = people[0]!.signer.id
  const isOver = () => world.elapsedMs > 100 && world.participant(dora).status().seller?.open === false
  expect(world.runUntil(isOver, millis(60_000))).toBe(true)
  const endMs = world.elapsedMs + 100
  world.runUntil(() => world.elapsedMs >= endMs, millis(60_000))
  const { sold, revenue } = world.participant(dora).status().seller!
  return [...lines, '', `dora sold ${sold} MB for ${revenue}`, ''].join('\n')
}

it('one auction goes as its transcript says', () => {
  const now = transcript()
  if (process.env['OVERAGE_WRITE_FIXTURES'] !== undefined) writeFileSync(fixture, now)
  expect(now).toBe(readFileSync(fixture, 'utf8'))
})
