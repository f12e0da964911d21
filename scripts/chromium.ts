/** The system's Chromium, with a folder of its own and nothing that calls home. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

export const executable = process.env['OVERAGE_CHROMIUM'] ?? '/usr/bin/chromium'
export const hasBrowser = existsSync(executable)

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface Browser {
  readonly page: Page
  /** Hosts that the page asked anything of. */
  readonly hosts: ReadonlySet<string>
  /** What it complained of. */
  readonly complaints: readonly string[]
  close(): Promise<void>
}

export interface BrowserOptions {
  /** Runs in every page before anything of its own. */
  readonly script?: string
}

export async function openBrowser({ script }: BrowserOptions = {}): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'overage-browser-'))
  const context: BrowserContext = await chromium.launchPersistentContext(folder, {
    executablePath: executable,
    args,
    viewport: { width: 1280, height: 900 },
  })
  if (script !== undefined) await context.addInitScript({ content: script })
  const page = context.pages()[0] ?? (await context.newPage())
  const hosts = new Set<string>()
  const complaints: string[] = []
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text())
  })
  const close = async (): Promise<void> => {
    await context.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { page, hosts, complaints, close }
}
