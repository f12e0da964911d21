/** A client of a running node's API, for the commands that ask and tell it. */
import { readFile } from 'node:fs/promises'
import { CommandError, exitCodes, UsageError } from '../errors.js'
import { type FoundNode, findNode } from './find-node.js'
import type {
  AcceptsView,
  AuctionsView,
  BidsView,
  ErrorView,
  OffersView,
  PeersView,
  ReceiptsView,
  StatusView,
  ToldView,
} from './schemas.js'

/** How long a node may take to answer: it waits for its disk. */
const answerMsMax = 15_000

export class ApiClient {
  readonly #node: FoundNode
  readonly #token: string

  constructor(node: FoundNode, token: string) {
    this.#node = node
    this.#token = token
  }

  status = (): Promise<StatusView> => this.#ask('/v1/status')
  peers = (): Promise<PeersView> => this.#ask('/v1/peers')
  auctions = (): Promise<AuctionsView> => this.#ask('/v1/auctions')
  bids = (): Promise<BidsView> => this.#ask('/v1/bids')
  accepts = (): Promise<AcceptsView> => this.#ask('/v1/accepts')
  forget = (award: string): Promise<ToldView> => this.#ask('/v1/forget', { award, risk: 'may-be-bought-twice' })
  receipts = (): Promise<ReceiptsView> => this.#ask('/v1/receipts')
  sell = (plan: object): Promise<ToldView> => this.#ask('/v1/sell', plan)
  buy = (plan: object): Promise<ToldView> => this.#ask('/v1/buy', plan)
  withdraw = (what: 'all' | 'offers' | 'bids'): Promise<ToldView> => this.#ask('/v1/withdraw', { what })

  /** All pages together. */
  async offers(status: 'open' | 'all'): Promise<OffersView['offers']> {
    const offers: OffersView['offers'] = []
    let after: string | null = ''
    while (after !== null) {
      const page: OffersView = await this.#ask(`/v1/offers?status=${status}&after=${encodeURIComponent(after)}`)
      offers.push(...page.offers)
      after = page.next
    }
    return offers
  }

  /** @throws UsageError when the node refuses what was said, CommandError when it does not answer. */
  async #ask<T>(path: string, body?: object): Promise<T> {
    const { endpoint } = this.#node
    const response = await fetch(`${endpoint.url}${path}`, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(answerMsMax),
    }).catch((cause: unknown) => {
      throw this.#silent(cause)
    })
    const answer = await response.json().catch(() => undefined)
    if (response.ok) return answer as T
    const { error } = (answer ?? {}) as Partial<ErrorView>
    if (response.status === 401) throw this.#stranger()
    const message = (error?.message ?? `the node answered ${response.status}`).replace(/^(body|query): /, '')
    const advice = error?.advice
    if (response.status === 400) throw new UsageError(message, { ...(advice !== undefined && { advice }) })
    throw new CommandError(message, { exitCode: exitCodes.failed, advice })
  }

  #silent(cause: unknown): CommandError {
    const { folder, endpoint } = this.#node
    return new CommandError(`the node ${endpoint.name} (${folder}) does not answer at ${endpoint.url}`, {
      exitCode: exitCodes.failed,
      advice: `it may be stopping or starting: try again in a moment; ${folder}/log.jsonl says more`,
      cause,
    })
  }

  #stranger(): CommandError {
    const { folder, endpoint } = this.#node
    return new CommandError(`whoever answers at ${endpoint.url} is not the node of ${folder}, or has another token`, {
      exitCode: exitCodes.failed,
      advice: 'the node may have been restarted just now: try again; if that does not help, restart it',
    })
  }
}

/** A client of the node whose folder is `named`, or of the only one that runs. @throws UsageError when there is none. */
export async function clientOf(named: string | undefined): Promise<ApiClient> {
  const node = await findNode(named)
  const { token: file } = node.endpoint
  const token = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'EACCES' ? 'may not be read' : cause.code === 'ENOENT' ? 'is gone' : cause.message
    const advice = cause.code === 'EACCES' ? 'run the command as the user who runs the node' : 'restart the node'
    throw new UsageError(`the token file ${file} ${problem}`, { advice, cause })
  })
  return new ApiClient(node, token.trim())
}
