/** One tab of a real browser that watches the feed for a while. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { feedToken } from './feed-token.js'
import { type Frames, framesOf, type Probed, read, restart } from './frames.js'
import { MainThreadMeter } from './main-thread.js'

/** A crowded machine takes its time to open a page. */
const openMsMax = 180_000
/** Until code is compiled and what is kept is full. */
const warmUpMs = 15_000

export interface Watched {
  readonly frames: Frames
  /** Of the time, the share that its main thread worked. */
  readonly busy: number
  /** ms that its main thread worked for its longest task; what it waited for a core does not count. */
  readonly longestWork: number
}

export interface Look {
  readonly url: string
  /** What stands behind the # of the page; undefined: the empty page. */
  readonly route: string | undefined
  readonly seconds: number
}

export async function openTab(page: Page, { url, route }: Pick<Look, 'url' | 'route'>): Promise<void> {
  page.setDefaultTimeout(openMsMax)
  if (route === undefined) await page.goto(`${url}/bare`)
  else {
    await page.goto(`${url}/#token=${feedToken}`)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    await page.evaluate(`location.hash = ${JSON.stringify(`#/${route}`)}`)
  }
}

export async function watch(page: Page, look: Look): Promise<Watched> {
  await openTab(page, look)
  await delay(warmUpMs)
  const meter = await MainThreadMeter.on(page)
  await page.evaluate(restart)
  await delay(look.seconds * 1_000)
  const probed = (await page.evaluate(read)) as Probed
  const { tasks, sum } = await meter.stop()
  return {
    frames: framesOf(probed),
    busy: sum / 1_000 / look.seconds,
    longestWork: tasks.reduce((most, ms) => Math.max(most, ms), 0),
  }
}

/** Until what the page shows of the stream is new. */
const settleMs = 1_000

/** How many events the page has taken in, and how many it says that it missed; `first`: what was there to be taken in when it was asked. */
export async function countsOf<T>(
  page: Page,
  first: () => Promise<T>,
): Promise<{ readonly seen: number; readonly missed: number; readonly first: T }> {
  await page.evaluate(`location.hash = '#/messages'`)
  await delay(settleMs)
  const there = await first()
  const text = await page.locator('.panel .aside', { hasText: 'seen' }).innerText()
  const [, seen = '', missed = '0'] = /([\d,]+) seen(?:, ([\d,]+) missed)?/.exec(text) ?? []
  const number = (digits: string) => Number(digits.replaceAll(',', ''))
  return { seen: number(seen), missed: number(missed), first: there }
}
