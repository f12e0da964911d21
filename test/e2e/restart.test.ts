/** A swarm that is killed under an open page, and another that takes its place: nothing old is shown as if it were now. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, hasBrowser, openBrowser } from '../../scripts/chromium.js'
import { shot, shots, startSwarm, type WatchedSwarm } from './swarm.js'

let folder = ''
let swarm: WatchedSwarm
let browser: Browser

/** Rounds so long that the page listens again before the first sale of the swarm that takes another's place. */
const rules = { roundMs: 2_000, reactMsMax: 50, idleMsMax: 6_000, gossipMsMin: 50 }

async function marketOf(seller: string, buyer: string): Promise<readonly string[]> {
  const file = join(folder, `${seller}.json`)
  const people = [
    { name: seller, sells: { gb: 10, floor: 1 } },
    { name: buyer, wants: { gb: 8, sigma: 30, alpha: 0.5 } },
  ]
  await writeFile(file, JSON.stringify({ market: seller, currency: '$', rules, people }))
  return ['--market', file, '--folder', join(folder, 'swarm')]
}

const sold = async (): Promise<boolean> => {
  const { sales, offers } = await swarm.view()
  return sales.length > 0 && offers.every(({ status }) => status === 'closed')
}

/** Its port was free a moment ago; whoever takes it meanwhile is waited out. */
async function startAt(address: string, args: readonly string[]): Promise<WatchedSwarm> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startSwarm([...args, '--dashboard', address])
    } catch (error) {
      if (tries === 10) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

describe.runIf(hasBrowser)('a page whose swarm is killed', () => {
  beforeAll(async () => {
    await mkdir(shots, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'overage-e2e-'))
    swarm = await startSwarm(await marketOf('ann', 'bo'))
    browser = await openBrowser()
    await browser.page.goto(swarm.address)
  })
  afterAll(async () => {
    await browser?.close()
    await swarm?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('says so, and how old is what it shows', async () => {
    const { page } = browser
    await expect.poll(sold, { timeout: 60_000, interval: 500 }).toBe(true)
    await page.getByRole('heading', { name: 'The market ann' }).waitFor()
    await page.locator('td', { hasText: 'bo' }).first().waitFor()
    await swarm.kill()
    const status = page.getByRole('status')
    await status.filter({ hasText: 'Connection lost' }).waitFor()
    await page.locator('main.stale').waitFor()
    const age = async (): Promise<number> => Number(/(\d+) s old/.exec(await status.innerText())?.[1])
    const before = await age()
    await expect.poll(age).toBeGreaterThan(before)
    await shot(page, 'killed')
  })

  it('is let in again where another swarm takes its place, and shows that one alone', async () => {
    const { page } = browser
    swarm = await startAt(new URL(swarm.origin).host, await marketOf('cy', 'di'))
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    await page.getByRole('heading', { name: 'The market cy' }).waitFor()
    await expect.poll(sold, { timeout: 60_000, interval: 500 }).toBe(true)
    await page.getByText('cy asks').first().waitFor()
    const main = page.locator('main')
    await expect.poll(() => main.innerText()).not.toMatch(/\b(ann|bo)\b/)
    await page.getByRole('link', { name: 'Messages', exact: true }).click()
    await page.locator('#filter').fill('kind=receipt')
    // Both sides see the receipt of a sale: as many as were sold in this swarm, twice.
    const { sales } = await swarm.view()
    const by = page.locator('.stream .row span:nth-child(2)')
    await expect.poll(async () => (await by.allInnerTexts()).length).toBeGreaterThanOrEqual(2 * sales.length)
    expect(new Set(await by.allInnerTexts())).toEqual(new Set(['cy', 'di']))
  })
})
