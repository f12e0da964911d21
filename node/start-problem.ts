const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there; choose another port, or 0 for any free one',
  EADDRNOTAVAIL: 'this machine does not have that address',
  EACCES: 'not permitted; ports below 1024 are for administrators',
}

/** Why a node did not start, in one line: libp2p wraps a refused address in advice for programmers and a stack. */
export function startProblemOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  const refused = /(\/\S+): Error: listen (E[A-Z]+)/.exec(message)
  if (refused === null) return message.split('\n')[0]!.trim()
  const [, address, code] = refused
  return `cannot listen on ${address}: ${reasons[code!] ?? code}`
}
