/** The page's files, as the build left them, served to anybody who may reach the port: what they show needs the token. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

/** The build's folder, seen from the sources and from the build. */
const folders = ['../../dist/dashboard/', '../../dashboard/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
)

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Nothing from any other host, nothing inline, no frame around it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Adds the page at `/`. False where it was never built: a checkout that was only compiled. */
export async function addAssets(app: FastifyInstance): Promise<boolean> {
  const files = await builtFiles()
  for (const { path, type, body } of files) {
    for (const url of path === 'index.html' ? ['/', '/index.html'] : [`/${path}`]) {
      app.get(url, { schema: { hide: true } as object, config: { isPublic: true } }, (_request, reply) =>
        reply.headers(headers).type(type).send(body),
      )
    }
  }
  return files.length > 0
}

interface BuiltFile {
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

async function builtFiles(): Promise<readonly BuiltFile[]> {
  for (const folder of folders) {
    const found = await readdir(folder, { recursive: true }).catch((): string[] => [])
    if (!found.includes('index.html')) continue
    const known = found.map((path) => ({ path: path.replaceAll('\\', '/'), type: types[extname(path)] }))
    return Promise.all(
      known.flatMap(({ path, type }) =>
        type === undefined ? [] : [readFile(join(folder, path)).then((body) => ({ path, type, body }))],
      ),
    )
  }
  return []
}

/** Where a person opens the page: the token stands behind the #, which browsers send to nobody. */
export const pageAddressOf = (url: string, token: string): string => `${url}/#token=${token}`
