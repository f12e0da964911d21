/** Statistics, the way of a message and the life of an offer, as a person reads them. */
import pc from 'picocolors'
import type { AuctionMessage } from '../../src/inspect/event.js'
import type { Finding } from '../../src/inspect/expectation.js'
import type { LifeEntry } from '../../src/inspect/offer-life.js'
import { type Branch, branchesOf, measuresOf, type Spread } from '../../src/inspect/spread.js'
import type { Distribution, Statistics } from '../../src/inspect/statistics.js'
import { bar, counted, gb, grouped, money, percent, seconds, unitPrice } from '../format.js'
import { tableOf } from '../table.js'
import { type Names, shortened } from './names.js'

const talkersMax = 10

/** `3.9 ms`, `1.2 s` */
export const duration = (us: number): string =>
  us < 999_950
    ? `${(us / 1_000).toLocaleString('en-US', { maximumFractionDigits: 1, minimumFractionDigits: 1 })} ms`
    : seconds(us / 1_000)
/** `812 B`, `4.1 KB`, `2.0 MB` */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`
  const [value, unit] =
    count < 1_000_000 ? [count / 1_000, 'KB'] : count < 1e9 ? [count / 1e6, 'MB'] : [count / 1e9, 'GB']
  return `${value.toFixed(1)} ${unit}`
}
/** `14:03:07.123456`, in UTC. */
export const clockTime = (us: number): string =>
  `${new Date(Math.floor(us / 1_000)).toISOString().slice(11, 23)}${String(us % 1_000).padStart(3, '0')}`

export function printStatistics(statistics: Statistics, findings: readonly Finding[]): string {
  const { nodes, events, lost, fromUs, untilUs, published, deliveries, delayUs, duplicates, offers } = statistics
  const gone = lost === 0 ? '' : `   ${pc.yellow(`${counted(lost, 'event')} lost`)}`
  const delays = (name: string, { count, p50, p90, p99, max }: Distribution): readonly string[] => [
    name,
    grouped(count),
    ...[p50, p90, p99, max].map(duration),
  ]
  const parts = [
    `${counted(nodes, 'node')}   ${counted(events, 'event')} in ${seconds((untilUs - fromUs) / 1_000)}${gone}`,
    `${pc.bold('Messages')}\n${tableOf(
      [{ title: '' }, { title: '', align: 'right' }],
      [
        ['published', grouped(published)],
        ['delivered', `${percent(deliveries.share)}, ${grouped(deliveries.made)} of ${grouped(deliveries.expected)}`],
        ['duplicates', `${duplicates.mean.toFixed(2)} a delivery, at most ${duplicates.max.toFixed(2)} of a message`],
        ...verdictRows(statistics),
      ],
    )}`,
    `${pc.bold('Times')}\n${tableOf(
      ['', 'count', 'p50', 'p90', 'p99', 'max'].map(
        (title, index) => ({ title, align: index === 0 ? 'left' : 'right' }) as const,
      ),
      [delays('until delivered', delayUs), delays('offer was stale', offers.staleUs)],
    )}`,
    `${pc.bold('Offers')}  ${counted(offers.versions, 'version')}   ${offers.late} late or by sync alone   ${offers.lost} lost`,
    `${pc.bold('Bandwidth')}\n${bandwidthTable(statistics)}`,
    `${pc.bold('Top talkers')}\n${talkersTable(statistics)}`,
    ...(findings.length === 0 ? [] : [findings.map(printFinding).join('\n')]),
  ]
  return `${parts.join('\n\n')}\n`
}

function verdictRows({ verdicts: { ignored, rejected, refused }, codes }: Statistics): string[][] {
  const rows = Object.entries({ ignored, rejected, refused }).filter(([, count]) => count > 0)
  const why = Object.entries(codes).map(([code, count]) => [`  ${code}`, grouped(count)])
  return [...rows.map(([name, count]) => [name, grouped(count)]), ...why]
}

function bandwidthTable({ bandwidth: { data, control, auction, sync, topics } }: Statistics): string {
  const whole = data + control + auction + sync
  const row = (name: string, count: number): string[] => [
    name,
    bytes(count),
    percent(whole === 0 ? 0 : count / whole),
    bar(count, { max: whole, width: 24 }),
  ]
  return tableOf(
    [{ title: '' }, { title: 'sent', align: 'right' }, { title: '', align: 'right' }, { title: '' }],
    [
      row('gossip: data', data),
      row('gossip: control', control),
      row('auctions', auction),
      row('offer sync', sync),
      ...Object.entries(topics)
        .slice(0, talkersMax)
        .map(([topic, count]) => row(`  ${topic}`, count)),
    ],
  )
}

const talkersTable = ({ talkers }: Statistics): string =>
  tableOf(
    [{ title: 'node' }, ...['sent', 'RPCs', 'received', 'RPCs'].map((title) => ({ title, align: 'right' as const }))],
    talkers
      .slice(0, talkersMax)
      .map(({ node, name, bytesOut, bytesIn, rpcsOut, rpcsIn }) => [
        name ?? shortened(node),
        bytes(bytesOut),
        grouped(rpcsOut),
        bytes(bytesIn),
        grouped(rpcsIn),
      ]),
  )

function printFinding(finding: Finding): string {
  const { text } = finding.expectation
  const value = measuredAsWritten(finding)
  const found = Number.isNaN(finding.measured) ? value : `it is ${value}`
  return finding.holds ? `${pc.green('✔')} ${text}   ${pc.dim(value)}` : `${pc.red('✘')} ${text}   ${found}`
}

/** What there was instead of what was expected. */
export function measuredAsWritten({ measured, unit }: Finding): string {
  if (Number.isNaN(measured)) return 'there is nothing to measure'
  switch (unit) {
    case 'time':
      return duration(measured)
    case 'share':
      return percent(measured)
    case 'bytes':
      return bytes(measured)
    case 'number':
      return String(Math.round(measured * 1_000) / 1_000)
  }
}

/** The way of one message, as a tree; who brought it again stands beside. */
export function printSpread(spread: Spread, names: Names): string {
  const { id, topic, offer, origin, arrivals, missing } = spread
  const { lastUs, duplicates } = measuresOf(spread)
  const what = offer === undefined ? '' : `   ${offerLine(offer, names)}`
  const start = origin?.at ?? arrivals[0]?.at ?? 0
  const tree = branchesOf(spread).flatMap((root) =>
    treeLines(root, { start, names, isRoot: true, captured: origin?.node === root.node }),
  )
  const due = arrivals.length + missing.length
  const got = `${arrivals.length}/${due} nodes`
  const whole = [
    missing.length === 0 ? pc.green(got) : pc.red(got),
    ...(lastUs === undefined ? [] : [`last after ${duration(lastUs)}`]),
    counted(duplicates, 'duplicate'),
  ]
  const without = missing.length === 0 ? '' : `\nnever came to ${missing.map((node) => names.shown(node)).join(', ')}`
  return `${id}\n${pc.dim(topic)}${what}\n\n${tree.join('\n')}\n\n${whole.join('   ')}${without}\n`
}

interface Drawing {
  readonly start: number
  readonly names: Names
  readonly isRoot?: boolean
  readonly captured?: boolean
}

function treeLines({ node, arrival, children }: Branch, drawing: Drawing): readonly string[] {
  const { start, names, isRoot, captured } = drawing
  const name = names.shown(node)
  const when =
    arrival === undefined ? (captured === true ? '0.0 ms' : pc.dim('not captured')) : duration(arrival.at - start)
  const verdict =
    arrival === undefined || arrival.verdict === 'delivered'
      ? ''
      : ` ${pc.yellow(`${arrival.verdict}${arrival.code === undefined ? '' : ` (${arrival.code})`}`)}`
  const again = (arrival?.duplicates ?? []).map(({ from, at }) => `${names.shown(from)} +${duration(at - arrival!.at)}`)
  const line = `${isRoot === true ? '' : ''}${pc.bold(name)} ${when}${verdict}${again.length === 0 ? '' : pc.dim(`  again from ${again.join(', ')}`)}`
  const below = children.flatMap((child, index) => {
    const isLast = index === children.length - 1
    const lines = treeLines(child, { start, names })
    return lines.map((text, row) =>
      row === 0 ? `${isLast ? '└─ ' : '├─ '}${text}` : `${isLast ? '   ' : '│  '}${text}`,
    )
  })
  return [line, ...below]
}

const offerLine = ({ offer, sequence, status, stock, reserve }: NonNullable<Spread['offer']>, names: Names): string =>
  status === 'closed'
    ? `offer ${names.offer(offer)} version ${sequence}, closed`
    : `offer ${names.offer(offer)} version ${sequence}: ${gb(stock)} at ${unitPrice(reserve)} or more`

/** The life of an offer: times from its first publication. */
export function printLife(entries: readonly LifeEntry[], names: Names): string {
  const start = entries[0]?.at ?? 0
  const rows = entries.map((entry) => [`+${duration(entry.at - start)}`, ...lifeCells(entry, names)])
  const columns = [{ title: 'time', align: 'right' as const }, { title: '' }, { title: 'who' }, { title: '' }]
  return `${pc.dim(`from ${clockTime(start)} UTC`)}\n${tableOf(columns, rows)}\n`
}

function lifeCells(entry: LifeEntry, names: Names): readonly string[] {
  if (entry.type === 'published') {
    const { by, offer, nodes, lastUs, synced } = entry
    const spread = `${counted(nodes, 'node')}${lastUs === undefined ? '' : `, last after ${duration(lastUs)}`}`
    const bySync = synced === 0 ? '' : `, ${synced} by sync`
    return [
      pc.bold(offer.status === 'closed' ? 'tombstone' : 'offer'),
      names.shown(by),
      `${offerLine(offer, names)} → ${spread}${bySync}`,
    ]
  }
  const { from, to, message, tookUs } = entry
  const took = tookUs === undefined ? '' : pc.dim(`   took ${duration(tookUs)}`)
  return [message.type, `${names.shown(from)} → ${names.shown(to)}`, `${auctionLine(message)}${took}`]
}

/** What a message of the auction protocol says, in a line. */
export function auctionLine(message: AuctionMessage): string {
  switch (message.type) {
    case 'bid':
      return message.quantity === 0 ? 'withdrawn' : `${gb(message.quantity)} at ${unitPrice(message.price)}`
    case 'quote':
      return `would get ${gb(message.quantity)} for ${money(message.charge, 2)}; reserve ${unitPrice(message.reserve)}, round ${message.round}`
    case 'award':
      return `${gb(message.quantity)} for ${money(message.charge, 2)}, from ${counted(message.evidence, 'bid')}, round ${message.round}`
    case 'accept':
    case 'receipt':
      return `${gb(message.quantity)} for ${money(message.charge, 2)}`
    case 'decline':
    case 'refused':
      return message.code
    case 'closed':
      return message.reason
  }
}
