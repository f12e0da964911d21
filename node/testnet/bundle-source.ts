/** Where a bundle comes from: a file, standard input, or a URL such as a running node's API. */

import { UsageError } from '../errors.js'
import { parseJson, readInput } from '../input.js'
import { type Bundle, bundleBytesMax, bundleIn } from './bundle.js'

const example = 'overage join lab.testnet.json'
const fetchMsMax = 10_000

export const isUrl = (source: string): boolean => /^https?:\/\//i.test(source)

/**
 * @param tokenFile Holds the token that a node's API asks for.
 * @throws UsageError when it cannot be had, is too large, is not JSON, or is not a bundle.
 */
export async function readBundle(source: string, tokenFile?: string): Promise<Bundle> {
  if (isUrl(source)) return bundleIn(parseJson({ source, text: await download(source, tokenFile) }), source)
  const input = await readInput(source, { example })
  if (input.text.length > bundleBytesMax) throw tooLarge(input.source)
  return bundleIn(parseJson(input), input.source)
}

async function download(url: string, tokenFile: string | undefined): Promise<string> {
  const advice = 'check the URL, or ask for the file itself'
  const token = tokenFile && (await readInput(tokenFile, { example })).text.trim()
  const signal = AbortSignal.timeout(fetchMsMax)
  try {
    const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const answer = await fetch(url, { signal, headers })
    if (answer.status === 401)
      throw new UsageError(`${url}: it asks for a token`, {
        advice: 'for the API of a node of yours: --token-file .overage/<name>/api.token',
      })
    if (!answer.ok) throw new UsageError(`${url}: the server answers ${answer.status} ${answer.statusText}`, { advice })
    return await bodyOf(answer, url)
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${url}: ${problemOf(cause as Error)}`, { advice, cause })
  }
}

async function bodyOf(answer: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length
    if (bytes > bundleBytesMax) throw tooLarge(url)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function problemOf({ name, message, cause }: Error): string {
  if (name === 'TimeoutError') return `no whole answer within ${fetchMsMax / 1_000} s`
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message
}

const tooLarge = (source: string): UsageError =>
  new UsageError(`${source}: larger than ${bundleBytesMax / 1_024} KB, which no bundle is`)
