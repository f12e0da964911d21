import { describe, expect, it } from 'vitest'
import type { InspectLine } from '../../../src/inspect/event.js'
import { findingsOf, readExpectations } from '../../../src/inspect/expectation.js'
import { OfferLifeCollector } from '../../../src/inspect/offer-life.js'
import { branchesOf, measuresOf, SpreadCollector } from '../../../src/inspect/spread.js'
import { distributionOf, StatisticsCollector } from '../../../src/inspect/statistics.js'
import { ann, ben, bid, messageId, noonUs, offer, rpc, topic } from './samples.js'

const cy = 'cy'
const dan = 'dan'
let n = 0
const at = (ms: number, node: string) => ({ n: ++n, at: noonUs + ms * 1_000, node })
const capture = (node: string): InspectLine => ({
  type: 'capture',
  version: 1,
  market: 'demo',
  name: node,
  node,
  at: noonUs - 1,
})
const verdict = (
  ms: number,
  node: string,
  peer: string,
  name: 'delivered' | 'duplicate' | 'ignored' = 'delivered',
): InspectLine => ({
  type: 'verdict',
  ...at(ms, node),
  verdict: name,
  peer,
  topic,
  id: messageId,
})
const published: InspectLine = { type: 'publish', ...at(0, ann), topic, id: messageId, bytes: 640, offer }
/** ann publishes; ben has it from ann, cy from ben and again from ann; dan, who listens, never. */
const course: readonly InspectLine[] = [
  ...[ann, ben, cy, dan].map(capture),
  { type: 'mesh', ...at(0, dan), change: 'graft', peer: cy, topic },
  published,
  { ...rpc, ...at(0, ann), dir: 'out', peer: ben, bytes: 700 },
  { ...rpc, ...at(3, ben), bytes: 700 },
  verdict(4, ben, ann),
  verdict(9, cy, ben),
  verdict(11, cy, ann, 'duplicate'),
  ...[ann, ben, cy, dan].map(
    (node): InspectLine => ({ type: 'peer', ...at(2_000, node), change: 'disconnected', peer: 'x' }),
  ),
]

const statisticsOf = (lines: readonly InspectLine[]) => {
  const collector = new StatisticsCollector()
  for (const line of lines) collector.add(line)
  return collector.result()
}

describe('statistics', () => {
  it('count what came of what was due, and how long it took', () => {
    const { deliveries, delayUs, duplicates, bandwidth, offers, nodes, published: messages } = statisticsOf(course)
    expect({ nodes, messages }).toEqual({ nodes: 4, messages: 1 })
    expect(deliveries).toEqual({ expected: 3, made: 2, share: 2 / 3 })
    expect(delayUs).toMatchObject({ count: 2, p50: 4_000, max: 9_000 })
    expect(duplicates.mean).toBe(1 / 2)
    expect(bandwidth).toMatchObject({ data: 640, control: 60 })
    expect(offers).toMatchObject({ versions: 1, late: 0, lost: 1 })
  })

  it('take what came by sync alone as late, and what newer news overtook as arrived', () => {
    const sync: InspectLine = {
      type: 'sync',
      ...at(900, dan),
      dir: 'out',
      peer: ben,
      asked: 'offers',
      bytes: 9,
      offers: [{ offer: offer.offer, sequence: offer.sequence }],
    }
    expect(statisticsOf([...course, sync]).offers).toMatchObject({ late: 1, lost: 0 })
    expect(statisticsOf([...course, verdict(20, dan, cy, 'ignored')]).deliveries.share).toBe(1)
  })

  it('ask nothing of a node that was not captured for long enough', () => {
    const late = course.map((line) =>
      line.node === dan && line.type === 'peer' ? { ...line, at: noonUs + 400_000 } : line,
    )
    expect(statisticsOf(late).deliveries).toEqual({ expected: 2, made: 2, share: 1 })
  })

  it('give quantiles that are values which occurred', () => {
    expect(distributionOf([5, 1, 3])).toEqual({ count: 3, mean: 3, p50: 3, p90: 5, p95: 5, p99: 5, max: 5 })
    expect(distributionOf([])).toMatchObject({ count: 0, p99: 0 })
  })
})

describe('expectations', () => {
  const holding = (text: string) => {
    const read = readExpectations(text)
    if (!read.ok) throw new Error(read.fault.problem)
    return findingsOf(read.expectations, statisticsOf(course)).map(({ holds }) => holds)
  }

  it('hold or do not, each by itself', () => {
    expect(holding('delay.p99<250ms, delivery=100%,dup<3')).toEqual([true, false, true])
    expect(holding('delay.max<=9ms,delay.max<9ms,lost=1,control<10%,bytes=0.7KB')).toEqual([
      true,
      false,
      true,
      true,
      true,
    ])
  })

  it('do not hold where there is nothing to measure', () => {
    const read = readExpectations('delivery=100%,delay.p99<1s,dup<9,published=0')
    if (!read.ok) throw new Error(read.fault.problem)
    expect(findingsOf(read.expectations, statisticsOf([])).map(({ holds }) => holds)).toEqual([
      false,
      false,
      false,
      true,
    ])
  })

  it('point at what cannot be read', () => {
    expect(readExpectations('dup<3,delai.p99<1ms')).toMatchObject({ ok: false, fault: { at: 6 } })
    expect(readExpectations('dup<3, delay.p99<250')).toMatchObject({
      ok: false,
      fault: { at: 17, problem: 'expected a time with its unit such as 250ms' },
    })
    expect(readExpectations('delivery')).toMatchObject({ ok: false, fault: { at: 8 } })
  })
})

describe('the spread of a message', () => {
  it('is a tree of who had it first from whom, with what came again beside it and who never got it', () => {
    const collector = new SpreadCollector(messageId.slice(0, 4))
    for (const line of course) collector.add(line)
    const [spread] = collector.spreads()
    expect(spread).toMatchObject({ id: messageId, offer, origin: { node: ann }, missing: [dan] })
    expect(measuresOf(spread!)).toEqual({ lastUs: 9_000, duplicates: 1 })
    const [root] = branchesOf(spread!)
    expect(root).toMatchObject({
      node: ann,
      children: [{ node: ben, children: [{ node: cy, arrival: { duplicates: [{ from: ann }] } }] }],
    })
  })

  it('has roots of their own for what came from nodes that were not captured', () => {
    const collector = new SpreadCollector('')
    for (const line of course) if (line.node !== ann && line.node !== ben) collector.add(line)
    expect(branchesOf(collector.spreads()[0]!)).toMatchObject([
      { node: ben, arrival: undefined, children: [{ node: cy }] },
    ])
  })
})

describe('the life of an offer', () => {
  it('has each message once, from its departure to its arrival, whichever was told first', () => {
    const sent: InspectLine = { ...bid, ...at(50, ben), dir: 'out', peer: ann }
    const came: InspectLine = { ...bid, ...at(52, ann), dir: 'in', peer: ben }
    for (const order of [
      [sent, came],
      [came, sent],
    ]) {
      const collector = new OfferLifeCollector((id) => id === offer.offer)
      for (const line of [...course, ...order]) collector.add(line)
      expect(collector.result().entries).toMatchObject([
        { type: 'published', by: ann, nodes: 2, lastUs: 9_000 },
        { type: 'message', from: ben, to: ann, tookUs: 2_000 },
      ])
    }
  })
})
