/** A real swarm to look at, its page, and what its API says of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type View, viewSchema } from '../../node/dashboard/schema.js'

export const root = join(import.meta.dirname, '..', '..')
/** Ignored by git. */
export const shots = join(root, '.overage', 'screenshots')

export interface WatchedSwarm {
  /** Of its page, the token included. */
  readonly address: string
  readonly origin: string
  view(): Promise<View>
  /** As a loss of power would, where its nodes have no process of their own. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** Nodes in one process, left running. @throws an Error with what it said if it ends before its page is served. */
export async function startSwarm(args: readonly string[]): Promise<WatchedSwarm> {
  const entry = join(root, 'dist', 'node', 'main.js')
  const child = spawn(process.execPath, [entry, 'swarm', ...args, '--keep', '--isolate', 'none'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.resume()
  const address = await addressSaid(child)
  const { origin, hash } = new URL(address)
  const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return {
    address,
    origin,
    view: async () => viewSchema.parse(await (await fetch(`${origin}/v1/view`, { headers })).json()),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
  }
}

/** What the line of standard output that begins with `page` names. */
function addressSaid({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    stdout!.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = /^page +(http\S+)\n/m.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    stdout!.once('end', () => reject(new Error(`the swarm ended, having said: ${said}`)))
  })
}

/** The whole page from its head, which sticks to where one has scrolled. */
export async function shot(page: Page, name: string): Promise<void> {
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
