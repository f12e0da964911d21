/** What a route says of itself beyond its schema. */
declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without the token: files that hold nothing of anybody's. The host is still looked at. */
    readonly isPublic?: boolean
  }
}

export {}
