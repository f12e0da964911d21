/** The API of a running swarm: how it stands, and what others on this machine tell it (docs/swarm.md). */
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Person } from '../../src/sim/population.js'
import { authorityOf } from '../api/address.js'
import { appWith } from '../api/app.js'
import { checked } from '../api/check.js'
import { ApiError } from '../api/error.js'
import { ensureToken, tokenFileOf } from '../api/token.js'
import { CommandError, UsageError } from '../errors.js'
import { nameField } from '../fields.js'
import { sellsField, wantsField } from '../person.js'
import { packageVersion } from '../version.js'
import { type SwarmView, swarmViewSchema } from './control-schemas.js'
import type { SwarmReport } from './outcome.js'
import type { ApiPlace } from './record.js'

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
  /** Ends it, once whoever waits for the end of the swarm has been told. */
  close(): Promise<void>
}

const newcomer = z.strictObject({ name: nameField, sells: z.unknown().optional(), wants: z.unknown().optional() })

/** Begins to answer, under a token that is kept in `folder`. */
export async function serveControl(controlled: Controlled, folder: string): Promise<Control> {
  const tokenFile = tokenFileOf(resolve(folder))
  const app = await appWith({
    title: 'overage swarm',
    description: 'A swarm of nodes on this machine: how it stands, and what it is told.',
    token: await ensureToken(resolve(folder)),
    tokenFile,
    open: false,
    version: packageVersion(),
    onFault: (error) => process.stderr.write(`the swarm's API failed: ${error.message}\n`),
  })
  const answering = new Set<Promise<unknown>>()
  app.addHook('onRequest', async (_request, reply) => {
    const answered = once(reply.raw, 'close').finally(() => answering.delete(answered))
    answering.add(answered)
  })
  addRoutes(app, controlled)
  const host = '127.0.0.1'
  await app.listen({ host, port: 0 })
  const bound = app.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return {
    url: `http://${authorityOf({ host, port })}`,
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
    throw error instanceof UsageError ? new ApiError(400, 'bad-request', told) : new ApiError(500, 'not-started', told)
  })
