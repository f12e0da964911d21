/** Who may speak to a node's API: programs that hold its token, under a name that no web page can make its own. */
import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { isLoopback } from './address.js'
import { ApiError } from './error.js'
import './route-config.js'

export interface GuardOptions {
  readonly token: string
  /** Whether the server listens on an address that other machines reach. */
  readonly open: boolean
  /** For advice. */
  readonly tokenFile: string
}

/** @throws ApiError when the request is not from a client that this node trusts. */
export function guard(request: FastifyRequest, options: GuardOptions): void {
  assertHost(request, options)
  if (request.routeOptions.config?.isPublic !== true) assertToken(request, options)
}

function assertHost(request: FastifyRequest, { open }: GuardOptions): void {
  const host = hostNameOf(request.headers.host ?? '')
  // A page that had its own name point here (DNS rebinding) still sends that name.
  if (host !== 'localhost' && !(isIP(host) !== 0 && (open || isLoopback(host)))) {
    throw new ApiError(403, 'forbidden-host', {
      message: `the Host header names ${JSON.stringify(host)}, which is not this machine`,
      advice: 'ask under the address in api.json, such as http://127.0.0.1:<port>',
    })
  }
}

function assertToken(request: FastifyRequest, { token, tokenFile }: GuardOptions): void {
  const given = /^Bearer ([\w-]+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (given === undefined || !isSame(given, token)) {
    throw new ApiError(401, 'unauthorized', {
      message: given === undefined ? 'no bearer token was given' : 'the bearer token is not the one of this node',
      advice: `send "Authorization: Bearer <token>" with the content of ${tokenFile}`,
    })
  }
}

const hostNameOf = (header: string): string =>
  /^\[([^\]]+)\](?::\d+)?$/.exec(header)?.[1] ?? header.replace(/:\d+$/, '').toLowerCase()

/** Takes as long for the first wrong byte as for the last. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)]
  return a.length === b.length && timingSafeEqual(a, b)
}
