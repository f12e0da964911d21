/** The server of the API without its routes: who may ask, what schemas mean, how errors are told, what OpenAPI says. */
import { fastifySwagger } from '@fastify/swagger'
import { type FastifyError, type FastifyInstance, type FastifySchema, fastify } from 'fastify'
import { z } from 'zod'
import { checked } from './check.js'
import { ApiError } from './error.js'
import { type GuardOptions, guard } from './guard.js'

/** Larger than any plan. */
const bodyBytesMax = 16_384
/** How long a client may take to send a request. */
const requestMsMax = 10_000

export interface AppOptions extends GuardOptions {
  readonly version: string
  /** Of its OpenAPI description. Default: those of a node. */
  readonly title?: string
  readonly description?: string
  /** Told of what the API itself did wrong. */
  readonly onFault: (error: Error) => void
}

export async function appWith(options: AppOptions): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: bodyBytesMax, forceCloseConnections: true, requestTimeout: requestMsMax })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff')
    guard(request, options)
  })
  app.setValidatorCompiler(({ schema, httpPart }) => (value) => {
    const source = httpPart === 'querystring' ? 'query' : httpPart
    try {
      return { value: checked(value ?? {}, schema as unknown as z.ZodType, source) }
    } catch (error) {
      return { error: error as Error }
    }
  })
  // The schemas describe what is answered and a test holds answers against them; nothing is dropped or bent to fit.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  answerErrors(app, options)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: options.title ?? 'overage node',
        version: options.version,
        description: options.description ?? 'What one node of the market knows and does.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url }) => ({ schema: describing(schema), url }),
  })
  app.get('/v1/openapi.json', { schema: { hide: true } as FastifySchema }, () => app.swagger())
  return app
}

const problems: Readonly<Record<string, { readonly code: string; readonly advice: string }>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'too-large', advice: `a body may have ${bodyBytesMax} bytes` },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'bad-request', advice: 'send JSON, with content-type: application/json' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'bad-request', advice: 'send a JSON object, {} at least' },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'bad-request', advice: 'send a JSON object' },
}

function answerErrors(app: FastifyInstance, { onFault }: AppOptions): void {
  app.setNotFoundHandler(({ method, url }) => {
    const message = `there is no ${method} ${url.slice(0, 200)}`
    throw new ApiError(404, 'not-found', { message, advice: 'GET /v1/openapi.json lists what there is' })
  })
  app.setErrorHandler((error: FastifyError | ApiError, _request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500 && !(error instanceof ApiError)) onFault(error)
    const known = problems[error.code]
    const code = error instanceof ApiError ? error.code : (known?.code ?? (status >= 500 ? 'fault' : 'bad-request'))
    const advice = error instanceof ApiError ? error.advice : known?.advice
    const message = code === 'fault' ? 'the node could not answer; its log says why' : error.message
    return reply.code(status).send({ error: { code, message, ...(advice !== undefined && { advice }) } })
  })
}

/** A route's zod schemas as OpenAPI has them. */
function describing(schema: FastifySchema | undefined): FastifySchema {
  const { body, querystring, response, ...rest } = (schema ?? {}) as Readonly<Record<string, unknown>>
  const answers = Object.entries((response ?? {}) as Readonly<Record<string, z.ZodType>>)
  return {
    ...rest,
    ...(body !== undefined && { body: jsonSchemaOf(body) }),
    ...(querystring !== undefined && { querystring: jsonSchemaOf(querystring) }),
    ...(answers.length > 0 && {
      response: Object.fromEntries(answers.map(([status, answer]) => [status, jsonSchemaOf(answer)])),
    }),
  } as FastifySchema
}

function jsonSchemaOf(schema: unknown): unknown {
  const { $schema: _, ...described } = z.toJSONSchema(schema as z.ZodType, { io: 'input' })
  return described
}
