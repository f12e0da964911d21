/** What a page and the worker beside it hold, after everything that can be collected has been. */
import type { CDPSession, Page } from 'playwright-core'
import { residentMegabytes } from '../../node/processes.js'

export interface Held {
  /** MB of JavaScript heap. */
  readonly page: number
  readonly worker: number
  /** MB of the whole process that draws the page; undefined where the system does not tell. */
  readonly process: number | undefined
}

interface HeapUsage {
  readonly usedSize: number
}

/** Asks a browser's page and its one worker. */
export class HeapMeter {
  readonly #page: CDPSession
  readonly #browser: CDPSession
  readonly #waiting = new Map<number, (result: unknown) => void>()
  #worker: string | undefined
  #asked = 0

  private constructor(page: CDPSession, browser: CDPSession) {
    this.#page = page
    this.#browser = browser
    page.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
      if (targetInfo.type === 'worker') this.#worker = sessionId
    })
    page.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message) as { readonly id?: number; readonly result?: unknown }
      if (id === undefined) return
      this.#waiting.get(id)?.(result)
      this.#waiting.delete(id)
    })
  }

  static async on(page: Page): Promise<HeapMeter> {
    const session = await page.context().newCDPSession(page)
    const meter = new HeapMeter(session, await page.context().browser()!.newBrowserCDPSession())
    await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false })
    return meter
  }

  async take(): Promise<Held> {
    await this.#page.send('HeapProfiler.collectGarbage')
    await this.#ofWorker('HeapProfiler.collectGarbage')
    const [page, worker] = [await this.#page.send('Runtime.getHeapUsage'), await this.#ofWorker('Runtime.getHeapUsage')]
    const megabytes = (bytes: number): number => bytes / 2 ** 20
    return {
      page: megabytes(page.usedSize),
      worker: megabytes((worker as HeapUsage).usedSize),
      process: await this.#processSize(),
    }
  }

  #ofWorker(method: string): Promise<unknown> {
    if (this.#worker === undefined) throw new Error('the page has no worker')
    this.#asked += 1
    const id = this.#asked
    const answered = new Promise((resolve) => this.#waiting.set(id, resolve))
    const message = JSON.stringify({ id, method, params: {} })
    return this.#page.send('Target.sendMessageToTarget', { sessionId: this.#worker, message }).then(() => answered)
  }

  async #processSize(): Promise<number | undefined> {
    const { processInfo } = await this.#browser.send('SystemInfo.getProcessInfo')
    const sizes = await Promise.all(
      processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMegabytes(id)),
    )
    // A browser keeps another one ready, which is small.
    return sizes.some((size) => size === undefined) ? undefined : Math.max(...sizes.map((size) => size ?? 0))
  }
}
