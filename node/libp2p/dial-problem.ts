/** Why a dial failed, in words that a person can act upon. libp2p wraps the cause in errors of its own, several deep. */
export type DialProblem =
  | 'refused'
  | 'no-answer'
  | 'no-such-host'
  | 'unreachable'
  | 'another-peer'
  | 'no-common-language'
  | 'no-relay'
  | 'other'

export interface DialFailure {
  readonly type: DialProblem
  readonly text: string
}

const words: Readonly<Record<Exclude<DialProblem, 'other'>, string>> = {
  refused: 'nothing listens there',
  'no-answer': 'no answer in time',
  'no-such-host': 'no such host name',
  unreachable: 'no route to it from here',
  'another-peer': 'another peer answers there than the address names',
  'no-common-language': 'something answers there, but not as peers of this network do: another pre-shared key, or none',
  'no-relay': 'its relay has no way to it',
}

/** What errors of libp2p, its parts, and the system say, the more telling first. */
const marks: readonly (readonly [DialProblem, RegExp])[] = [
  ['refused', /ECONNREFUSED/],
  ['no-such-host', /ENOTFOUND|EAI_AGAIN|ENODATA/],
  ['unreachable', /EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/],
  ['another-peer', /UnexpectedPeerError|Payload identity key .* does not match|remote peer id .* does not match/i],
  ['no-relay', /NO_RESERVATION|failed to connect via relay/i],
  [
    'no-common-language',
    /EncryptionFailedError|UnsupportedProtocolError|InvalidCryptoExchange|InvalidMessage|InvalidDataLength|UnexpectedEOF|StreamReset|ECONNRESET|MuxerUnavailable|not read value|closed while reading|underread/i,
  ],
  ['no-answer', /ETIMEDOUT|TimeoutError|AbortError|timed? ?out|aborted/i],
]

export function dialFailureOf(error: unknown): DialFailure {
  const said = textsIn(error).join(' ')
  const [type] = marks.find(([, mark]) => mark.test(said)) ?? (['other'] as const)
  return { type, text: type === 'other' ? (textsIn(error)[0] ?? 'unknown').split('\n')[0]!.slice(0, 200) : words[type] }
}

const depthMax = 8

/** Messages, names and codes of an error and of all that it wraps. */
function textsIn(error: unknown, depth = 0): readonly string[] {
  if (!(error instanceof Error) || depth > depthMax) return []
  const { code } = error as NodeJS.ErrnoException
  const inner = error instanceof AggregateError ? error.errors : []
  const causes = [...inner, error.cause].flatMap((cause) => textsIn(cause, depth + 1))
  return [error.message, error.name, ...(code === undefined ? [] : [String(code)]), ...causes]
}
