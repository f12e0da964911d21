/** The API of a running swarm: how it stands, and what others on this machine tell it (docs/swarm.md). */
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Person } from '../../src/sim/population.js'
import { type ApiAddress, isLoopback } from '../api/address.js'
import { appWith } from '../api/app.js'
import { checked } from '../api/check.js'
import { ApiError } from '../api/error.js'
import { listen } from '../api/serve.js'
import { ensureToken, tokenFileOf } from '../api/token.js'
import { pageAddressOf } from '../dashboard/assets.js'
import { CommandError, UsageError } from '../errors.js'
import { nameField } from '../fields.js'
import { sellsField, wantsField } from '../person.js'
import { packageVersion } from '../version.js'
import { type SwarmView, swarmViewSchema } from './control-schemas.js'
import type { SwarmReport } from './outcome.js'
import type { ApiPlace } from './record.js'
import { NameTakenError } from './swarm.js'

/** What the control API needs of the swarm that it stands for. */
export interface Controlled {
  view(): Promise<SwarmView>
  /** Ends the swarm; resolves with its report, or undefined when there was nothing to report on yet. */
  stop(): Promise<SwarmReport | undefined>
  /** Resolves with its peer id. */
  add(person: Person): Promise<string>
  end(name: string): Promise<void>
}

export interface Control extends ApiPlace {
  /** Where its person opens the page, the token included, if one was added. */
  readonly page: string
  /** Ends it, once whoever waits for the end of the swarm has been told. */
  close(): Promise<void>
}

const newcomer = z.strictObject({ name: nameField, sells: z.unknown().optional(), wants: z.unknown().optional() })

export interface ControlOptions {
  /** Keeps the token. */
  readonly folder: string
  /** Default: any free port of this machine's own. */
  readonly address?: ApiAddress
  /** Adds the page, for a person to watch the swarm on. Default: there is none. */
  readonly onPage?: (app: FastifyInstance) => Promise<void>
}

const anyPort: ApiAddress = { host: '127.0.0.1', port: 0 }

/** Begins to answer, under a token that is kept in the folder. @throws UsageError when it cannot listen. */
export async function serveControl(controlled: Controlled, options: ControlOptions): Promise<Control> {
  const { folder, address = anyPort, onPage } = options
  const tokenFile = tokenFileOf(resolve(folder))
  const token = await ensureToken(resolve(folder))
  const app = await appWith({
    title: 'overage swarm',
    description: 'A swarm of nodes on this machine: how it stands, and what it is told.',
    token,
    tokenFile,
    open: !isLoopback(address.host),
    version: packageVersion(),
    onFault: (error) => process.stderr.write(`the swarm's API failed: ${error.message}\n`),
  })
  const answering = new Set<Promise<unknown>>()
  // Not who follows what happens, which has no end.
  app.addHook('onRequest', async ({ method }, reply) => {
    if (method !== 'POST') return
    const answered = once(reply.raw, 'close').finally(() => answering.delete(answered))
    answering.add(answered)
  })
  addRoutes(app, controlled)
  await onPage?.(app)
  const url = await listen(app, address).catch((error: Error) => {
    throw new UsageError(`--dashboard: it cannot listen there: ${error.message}`, {
      advice: 'choose another address, port 0 for any free one, or off',
    })
  })
  return {
    url,
    page: pageAddressOf(url, token),
    token: tokenFile,
    close: async () => {
      await Promise.allSettled(answering)
      await app.close()
    },
  }
}

function addRoutes(app: FastifyInstance, controlled: Controlled): void {
  app.get('/v1/swarm', { schema: { summary: 'How it stands', response: { 200: swarmViewSchema } } }, async () =>
    controlled.view(),
  )
  app.post('/v1/stop', { schema: { summary: 'Stop, and answer with the report' } }, async () => ({
    report: (await controlled.stop()) ?? null,
  }))
  app.post('/v1/nodes', { schema: { summary: 'Add a person', body: newcomer } }, async ({ body }) => {
    const { name, sells, wants } = body as z.infer<typeof newcomer>
    if (sells === undefined && wants === undefined)
      throw new ApiError(400, 'bad-request', { message: `${name} must sell or want something` })
    const person: Person = {
      name,
      ...(sells !== undefined && { sells: checked(sells, sellsField, 'sells') }),
      ...(wants !== undefined && { wants: checked(wants, wantsField, 'wants') }),
    }
    return { name, peerId: await said(controlled.add(person)) }
  })
  const named = z.strictObject({ name: nameField })
  app.post('/v1/kill', { schema: { summary: 'End the process of a node at once', body: named } }, async ({ body }) => {
    const { name } = body as z.infer<typeof named>
    await said(controlled.end(name))
    return { name }
  })
}

/** What went wrong, as the API has it. */
const said = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error
    const { message, advice } = error
    const told = { message, ...(advice !== undefined && { advice }) }
    if (error instanceof NameTakenError) throw new ApiError(409, 'name-taken', told)
    throw error instanceof UsageError ? new ApiError(400, 'bad-request', told) : new ApiError(500, 'not-started', told)
  })
