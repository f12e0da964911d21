/** `overage inspect export`. */

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { UsageError } from '../errors.js'
import { PcapngWriter } from './pcapng.js'
import { captureOf } from './source.js'
import { TracestatWriter } from './tracestat.js'

const formats = { tracestat: TracestatWriter, pcapng: PcapngWriter }

/** @throws UsageError when there is no such format, or no capture. */
export async function runExport(
  paths: readonly string[],
  { to, output }: { readonly to: string; readonly output: string },
): Promise<void> {
  if (!Object.hasOwn(formats, to)) {
    throw new UsageError(`--to: must be one of ${Object.keys(formats).join(', ')}, got ${JSON.stringify(to)}`)
  }
  if (output === '-' && process.stdout.isTTY === true) {
    throw new UsageError('this is binary, and standard output a terminal', { advice: 'name a file with --output' })
  }
  const writer = new formats[to as keyof typeof formats]()
  const batches = await captureOf(paths)
  const stream = output === '-' ? process.stdout : createWriteStream(output)
  const failed = once(stream, 'error').then(([error]) => {
    throw new UsageError(`--output: ${(error as Error).message}`, { cause: error })
  })
  failed.catch(() => {})
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length > 0 && !stream.write(bytes)) await Promise.race([once(stream, 'drain'), failed])
  }
  await write(writer.head())
  for await (const lines of batches) await write(Buffer.concat(lines.map((line) => writer.line(line))))
  await write(writer.end())
  if (stream !== process.stdout) await Promise.race([new Promise<void>((resolve) => stream.end(resolve)), failed])
  if (writer.skipped > 0) process.stderr.write(`${writer.skipped} events have no place in this format\n`)
}
