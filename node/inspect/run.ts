/** `overage inspect`: a full-screen view on a terminal, JSON Lines elsewhere. */

import type { InspectLine } from '../../src/inspect/event.js'
import { type EventFilter, filterIn } from '../../src/inspect/filter.js'
import { explainFault } from '../../src/inspect/filter-syntax.js'
import { textOfInspectLine } from '../../src/inspect/line.js'
import { exitCodes, UsageError } from '../errors.js'
import { followAll } from './live.js'
import { Names } from './names.js'
import { captureOf, nodesOf, type SourceFlags } from './source.js'

export interface InspectFlags extends SourceFlags {
  readonly raw?: boolean
  readonly json?: boolean
}

/** @throws UsageError when the filter cannot be read, or there is nothing to look at. */
export async function runInspect(text: string, flags: InspectFlags): Promise<void> {
  const filter = filterOf(text)
  const { stdout, stdin } = process
  if (flags.json !== true && stdout.isTTY === true && stdin.isTTY === true) {
    const { runView } = await import('./view.js')
    return runView(text, flags)
  }
  await (flags.read === undefined ? printLive(filter, flags) : printCapture(filter, { ...flags, read: flags.read }))
}

function filterOf(text: string): EventFilter {
  const found = filterIn(text)
  if (found.ok) return found.filter
  throw new UsageError(`the filter cannot be read:\n${explainFault(text, found.fault)}`, {
    advice: 'overage inspect --help shows some; docs/inspect.md has the language',
  })
}

async function printCapture(
  filter: EventFilter,
  { read, raw }: InspectFlags & { readonly read: readonly string[] },
): Promise<void> {
  const names = new Names()
  for await (const lines of await captureOf(read)) {
    const text = textOf(lines, { filter, names, raw: raw === true })
    if (text !== '' && !process.stdout.write(text))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

/** Names are what nodes said of themselves, so a filter by name is asked here and not of each node, which knows its own alone. */
async function printLive(filter: EventFilter, flags: InspectFlags): Promise<void> {
  const names = new Names()
  const ending = new AbortController()
  const end = (): void => ending.abort()
  process.once('SIGINT', end).once('SIGTERM', end)
  const raw = flags.raw === true
  const onLines = (lines: readonly InspectLine[]): void =>
    void process.stdout.write(textOf(lines, { filter, names, raw }))
  await followAll(await nodesOf(flags), { filter: '', raw, signal: ending.signal, onLines })
  process.exitCode = exitCodes.interrupted
}

interface Printing {
  readonly filter: EventFilter
  readonly names: Names
  readonly raw: boolean
}

function textOf(lines: readonly InspectLine[], { filter, names, raw }: Printing): string {
  let text = ''
  for (const line of lines) {
    if (line.type === 'capture') names.add(line)
    else if (!filter(line, names)) continue
    text += `${textOfInspectLine(raw ? line : withoutRaw(line))}\n`
  }
  return text
}

function withoutRaw(line: InspectLine): InspectLine {
  if (!('raw' in line)) return line
  const { raw: _, ...rest } = line
  return rest
}
