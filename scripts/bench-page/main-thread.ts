/** What the main thread of a page works, by its own clock: it stands still while somebody else has the core. */
import type { CDPSession, Page } from 'playwright-core'

export interface Worked {
  /** ms of each task, in no order. */
  readonly tasks: readonly number[]
  /** In ms, all of them. */
  readonly sum: number
}

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** µs that the thread itself ran. */
  readonly tdur?: number
  readonly args: { readonly name?: string }
}

export class MainThreadMeter {
  readonly #browser: CDPSession
  readonly #tasks = new Map<string, number[]>()
  readonly #mains = new Set<string>()

  private constructor(browser: CDPSession) {
    this.#browser = browser
    browser.on('Tracing.dataCollected', ({ value }) => {
      for (const event of value as unknown as readonly TraceEvent[]) this.#take(event)
    })
  }

  static async on(page: Page): Promise<MainThreadMeter> {
    const browser = await page.context().browser()!.newBrowserCDPSession()
    const meter = new MainThreadMeter(browser)
    await browser.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: {
        recordMode: 'recordAsMuchAsPossible',
        includedCategories: ['toplevel'],
        excludedCategories: ['*'],
      },
    })
    return meter
  }

  async stop(): Promise<Worked> {
    const complete = new Promise((resolve) => this.#browser.once('Tracing.tracingComplete', resolve))
    await this.#browser.send('Tracing.end')
    await complete
    await this.#browser.detach()
    // A browser keeps another page ready, which does next to nothing.
    const all = [...this.#mains].map((thread) => {
      const tasks = this.#tasks.get(thread) ?? []
      return { tasks, sum: tasks.reduce((sum, ms) => sum + ms, 0) }
    })
    const [busiest] = all.sort((a, b) => b.sum - a.sum)
    if (busiest === undefined || busiest.sum === 0) throw new Error('the browser told of no task of the page')
    return busiest
  }

  #take({ name, pid, tid, tdur, args }: TraceEvent): void {
    const thread = `${pid} ${tid}`
    if (name === 'thread_name' && args.name === 'CrRendererMain') this.#mains.add(thread)
    if (name !== 'ThreadControllerImpl::RunTask' || tdur === undefined) return
    const tasks = this.#tasks.get(thread) ?? []
    this.#tasks.set(thread, tasks)
    tasks.push(tdur / 1_000)
  }
}
