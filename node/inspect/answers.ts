/** `overage inspect stats`, `msg` and `offer`: a capture read to its end, or nodes watched for a while, and what that comes to. */

import { type Expectation, findingsOf, readExpectations } from '../../src/inspect/expectation.js'
import { explainFault } from '../../src/inspect/filter-syntax.js'
import { OfferLifeCollector } from '../../src/inspect/offer-life.js'
import { SpreadCollector } from '../../src/inspect/spread.js'
import { StatisticsCollector } from '../../src/inspect/statistics.js'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { type CollectFlags, collect } from './collect.js'
import type { Names } from './names.js'
import { printLife, printSpread, printStatistics } from './report.js'

export interface AnswerFlags extends CollectFlags {
  readonly json?: boolean
}

/** More are listed, not drawn. */
const spreadsMax = 5

export async function runStatistics({ expect, ...flags }: AnswerFlags & { readonly expect?: string }): Promise<void> {
  const expectations = expect === undefined ? [] : expectationsIn(expect)
  const collector = new StatisticsCollector()
  const names = await collect(flags, (line) => collector.add(line))
  const statistics = collector.result()
  const findings = findingsOf(expectations, statistics)
  const named = {
    ...statistics,
    talkers: statistics.talkers.map((talker) => ({ ...talker, name: names.nameOf(talker.node) })),
  }
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...named, expectations: findings.map(({ expectation: { text }, measured, holds }) => ({ text, measured, holds })) })}\n`
      : printStatistics(named, findings),
  )
  const failed = findings.filter(({ holds }) => !holds)
  for (const { expectation } of failed) process.stderr.write(`expected ${expectation.text}, which does not hold\n`)
  process.exitCode = failed.length === 0 ? exitCodes.done : exitCodes.failed
}

function expectationsIn(text: string): readonly Expectation[] {
  const read = readExpectations(text)
  if (read.ok) return read.expectations
  throw new UsageError(`--expect cannot be read:\n${explainFault(text, read.fault)}`, {
    advice:
      "such as --expect 'delay.p99<250ms,delivery=100%,dup<3'; overage inspect stats --help lists what can be expected",
  })
}

export async function runMessage(id: string, flags: AnswerFlags): Promise<void> {
  const prefix = id.replace(/[*…]$/, '').toLowerCase()
  if (!/^[0-9a-f]{1,64}$/.test(prefix)) {
    throw new UsageError(`${id}: is no id of a message`, {
      advice: 'an id has up to 64 hexadecimal digits; its first few are enough, such as 7f3a',
    })
  }
  const collector = new SpreadCollector(prefix)
  const names = await collect(flags, (line) => collector.add(line))
  const spreads = collector.spreads()
  if (spreads.length === 0) throw notSeen(`no message whose id begins with ${prefix}`, flags)
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(spreads)}\n`)
    return
  }
  process.stdout.write(
    spreads
      .slice(0, spreadsMax)
      .map((spread) => printSpread(spread, names))
      .join('\n'),
  )
  const others = spreads.slice(spreadsMax)
  if (others.length > 0)
    process.stdout.write(`\nothers that begin so:\n${others.map((spread) => `  ${spread.id}\n`).join('')}`)
}

export async function runOffer(id: string, flags: AnswerFlags): Promise<void> {
  const [wanted = '', number] = id.split('/')
  let names: Names | undefined
  const sought: { name: (peer: string) => string | undefined } = { name: (peer) => names?.nameOf(peer) }
  // Names come with the first line of each node; what is asked by name is decided when all are known.
  const collector = new OfferLifeCollector((offer) => number === undefined || offer.endsWith(`/${number}`))
  names = await collect(flags, (line) => collector.add(line))
  const { entries } = collector.result()
  const isMeant = (offer: string): boolean => {
    const seller = offer.slice(0, offer.lastIndexOf('/'))
    const [first = '', last = ''] = wanted.split(/[…*]/)
    return sought.name(seller) === wanted || (seller.startsWith(first) && seller.endsWith(last))
  }
  const found = entries.filter((entry) => isMeant(entry.type === 'published' ? entry.offer.offer : entry.message.offer))
  if (found.length === 0) throw notSeen(`no offer ${id}`, flags)
  process.stdout.write(flags.json === true ? `${JSON.stringify(found)}\n` : printLife(found, names))
}

const notSeen = (what: string, { read }: AnswerFlags): CommandError =>
  new CommandError(`${what} was seen`, {
    exitCode: exitCodes.failed,
    advice:
      read === undefined
        ? 'running nodes tell what happens from now on: watch longer with --for 60s, or capture with --capture FOLDER and read that with -r'
        : 'the capture may begin after it: overage inspect stats -r says from when to when it goes',
  })
