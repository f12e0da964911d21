/** A real swarm watched in a real browser: what the page says is what the API says, and it says so when it cannot know. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, executable, hasBrowser, openBrowser } from '../../scripts/chromium.js'
import { root, shot, shots, startSwarm, type WatchedSwarm } from './swarm.js'

let folder = ''
let swarm: WatchedSwarm
let browser: Browser

if (!hasBrowser) process.stderr.write(`skipped: there is no ${executable}; apt-get install chromium brings one\n`)

const view = () => swarm.view()

interface Focused {
  readonly tag: string
  readonly text: string
  readonly role: string | null
  readonly href: string | null
  /** Of the panel and the row of a table that it is in. */
  readonly panel: string | undefined
  readonly row: number
  /** Whether anything marks it. */
  readonly visible: boolean
}

const focused = (page: Page): Promise<Focused> =>
  page.evaluate(`(() => {
    const focus = document.activeElement
    const { outlineStyle, outlineWidth } = getComputedStyle(focus)
    return {
      tag: focus.tagName,
      text: focus.textContent.trim().slice(0, 40),
      role: focus.getAttribute('role'),
      href: focus.getAttribute('href'),
      panel: focus.closest('.panel')?.querySelector('h2')?.textContent,
      row: focus.closest('tr')?.rowIndex ?? -1,
      visible: outlineStyle !== 'none' && parseFloat(outlineWidth) > 0,
    }
  })()`)

/** On with Tab until `is` holds. */
async function tabTo(page: Page, is: (focus: Focused) => boolean, tabsMax: number): Promise<void> {
  for (let tabs = 0; tabs < tabsMax; tabs += 1) {
    await page.keyboard.press('Tab')
    if (is(await focused(page))) return
  }
  throw new Error(`not reached with ${tabsMax} tabs`)
}

describe.runIf(hasBrowser)('the dashboard of a swarm', () => {
  beforeAll(async () => {
    await mkdir(shots, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'overage-e2e-'))
    const market = join(root, 'scripts', 'markets', 'exchange.json')
    swarm = await startSwarm(['--market', market, '--folder', join(folder, 'swarm')])
    browser = await openBrowser()
    await browser.page.goto(swarm.address)
  })
  afterAll(async () => {
    await browser?.close()
    await swarm?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('takes the token out of the address and is live', async () => {
    const { page } = browser
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    expect(page.url()).not.toContain('token')
  })

  it('shows every node, offer and sale that the API knows', async () => {
    const { page } = browser
    await expect.poll(async () => (await view()).sales.length, { timeout: 100_000, interval: 500 }).toBeGreaterThan(3)
    await expect
      .poll(async () => (await view()).offers.every(({ status }) => status === 'closed'), {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(true)
    const { sales, nodes, offers } = await view()
    const table = page.locator('.panel', { has: page.getByRole('heading', { name: 'Sales' }) }).locator('tbody tr')
    await expect.poll(() => table.count()).toBe(sales.length)
    const rows = (await table.allInnerTexts()).join('\n')
    for (const { peerId, name } of nodes) {
      if (sales.some(({ seller, buyer }) => seller === peerId || buyer === peerId)) expect(rows).toContain(name)
    }
    const offerRows = page.locator('.panel', { has: page.getByRole('heading', { name: 'Offers' }) }).locator('tbody tr')
    await expect.poll(() => offerRows.count()).toBe(offers.length)
    await shot(page, 'market')
  })

  it('explains a sale by a sum that gives its charge, recomputed from the signed bids', async () => {
    const { page } = browser
    // The dearest: others wanted it too.
    const [sale] = (await view()).sales.sort((a, b) => b.charge / b.quantity - a.charge / a.quantity)
    await page.goto(`${swarm.origin}/#/sale/${sale!.award}`)
    await page.getByText('recomputed on this page from the signed bids').waitFor()
    const charge = (sale!.charge / 1_000_000).toFixed(2)
    await expect.poll(() => page.locator('.total').innerText()).toContain(charge)
    await shot(page, 'sale')
  })

  it('follows an offer from its first message to its receipts', async () => {
    const { page } = browser
    const { sales, nodes } = await view()
    await page.locator('.lead a[href^="#/offer"]').click()
    await page.getByRole('heading', { name: 'How it travelled' }).waitFor()
    await expect.poll(() => page.locator('.tree .who').count()).toBe(nodes.length)
    const offer = decodeURIComponent(page.url().split('/offer/')[1]!)
    const sold = sales.filter((sale) => sale.offer === offer)
    await expect.poll(() => page.getByText('why this price').count()).toBe(sold.length)
    await shot(page, 'offer')
    await page.getByText('messages behind it').click()
    await page.locator('.stream .row').first().waitFor()
    expect(await page.locator('#filter').inputValue()).toBe(`offer=${offer}`)
  })

  it('filters as one types, and points at what it cannot read', async () => {
    const { page } = browser
    await page.locator('#filter').fill('kind=receipt')
    await expect
      .poll(async () => new Set(await page.locator('.stream .row .kind').allInnerTexts()))
      .toEqual(new Set(['receipt']))
    await page.locator('.stream .row').first().click()
    await page.getByText('"receipt"').first().waitFor()
    await page.locator('#filter').fill('kind=')
    await expect.poll(() => page.locator('#filter-fault').innerText()).toContain('^')
    await shot(page, 'messages')
  })

  it('fits a phone without scrolling sideways, light and dark, on every view', async () => {
    const { page } = browser
    const { sales } = await view()
    const [sale] = sales
    const routes = {
      market: '',
      mesh: 'mesh',
      people: 'people',
      person: `person/${sale!.buyer}`,
      messages: 'messages',
      offer: `offer/${encodeURIComponent(sale!.offer)}`,
      sale: `sale/${sale!.award}`,
    }
    await page.setViewportSize({ width: 360, height: 740 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const [name, route] of Object.entries(routes)) {
        await page.evaluate(`location.hash = ${JSON.stringify(`#/${route}`)}`)
        await page.locator('.panel').first().waitFor()
        expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, 360])
        await shot(page, `phone-${name}-${colorScheme}`)
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.emulateMedia({ colorScheme: 'light' })
  })

  it('is walked by keyboard alone: along its tables, into a sale and back to where one was', async () => {
    const { page } = browser
    await page.goto('about:blank')
    await page.goto(`${swarm.origin}/#/`)
    await page.getByRole('heading', { name: 'Sales' }).waitFor()
    for (const text of ['overage', 'Market', 'Mesh', 'People', 'Messages']) {
      await page.keyboard.press('Tab')
      expect(await focused(page)).toMatchObject({ text, visible: true })
    }
    await tabTo(page, ({ panel, row }) => panel === 'Sales' && row > 0, 200)
    const first = await focused(page)
    await page.keyboard.press('End')
    const last = await focused(page)
    expect(last.row).toBeGreaterThan(first.row)
    await page.keyboard.press('ArrowUp')
    expect(await focused(page)).toMatchObject({ row: last.row - 1, visible: true })
    while ((await focused(page)).text !== 'why') await page.keyboard.press('ArrowRight')
    const { href } = await focused(page)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Why this price' }).waitFor()
    // A view takes the focus after it is drawn.
    await expect.poll(() => focused(page)).toMatchObject({ tag: 'MAIN' })
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Sales' }).waitFor()
    await expect.poll(() => focused(page)).toMatchObject({ href, visible: true })
  })

  it('is walked by keyboard alone: along the messages, into one and out of it', async () => {
    const { page } = browser
    await page.goto(`${swarm.origin}/#/messages`)
    await page.locator('.stream .row').first().waitFor()
    await tabTo(page, ({ role }) => role === 'listbox', 40)
    expect(await focused(page)).toMatchObject({ visible: true })
    const active = () => page.locator('.stream').getAttribute('aria-activedescendant')
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowUp')
    await expect.poll(() => page.locator('.stream .row.active').count()).toBe(1)
    const before = await active()
    await page.keyboard.press('ArrowUp')
    await expect.poll(active).not.toBe(before)
    expect(await page.getByLabel('follow').isChecked()).toBe(false)
    await page.keyboard.press('Enter')
    await page.locator('.detail').waitFor()
    await expect.poll(() => focused(page)).toMatchObject({ tag: 'SECTION' })
    await page.keyboard.press('Escape')
    await page.locator('.detail').waitFor({ state: 'detached' })
    await expect.poll(() => focused(page)).toMatchObject({ role: 'listbox' })
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByLabel('follow').isChecked()).toBe(true)
  })

  it('draws its canvases anew when the theme changes, without a reload', async () => {
    const { page } = browser
    for (const [route, canvas] of [
      ['', '.chart canvas'],
      ['mesh', 'canvas.mesh'],
    ] as const) {
      await page.evaluate(`location.hash = ${JSON.stringify(`#/${route}`)}`)
      await page.locator(canvas).waitFor()
      // The mean of all that is drawn: light ink on a dark page, dark ink on a light one.
      const ink = (): Promise<number> =>
        page.evaluate(`(() => {
        const canvas = document.querySelector(${JSON.stringify(canvas)})
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        let [sum, weight] = [0, 0]
        for (let at = 0; at < data.length; at += 4) {
          sum += data[at + 3] * (data[at] + data[at + 1] + data[at + 2])
          weight += data[at + 3]
        }
        return sum / Math.max(1, weight)
      })()`)
      await page.emulateMedia({ colorScheme: 'light' })
      await expect.poll(ink).toBeGreaterThan(0)
      const light = await ink()
      await page.emulateMedia({ colorScheme: 'dark' })
      await expect.poll(async () => Math.abs((await ink()) - light)).toBeGreaterThan(10)
      await shot(page, `${route || 'market'}-dark`)
      await page.emulateMedia({ colorScheme: 'light' })
      await expect.poll(async () => Math.abs((await ink()) - light)).toBeLessThan(10)
    }
  })

  it('says that it is cut off, shows nothing as live, and is live again by itself', async () => {
    const { page } = browser
    await page.context().setOffline(true)
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor()
    await page.locator('main.stale').waitFor()
    expect(await page.title()).toMatch(/^✕/)
    await shot(page, 'lost')
    await page.context().setOffline(false)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    await page.locator('main:not(.stale)').waitFor()
  })

  it('asked no other host for anything, and broke no rule of its own', () => {
    expect([...browser.hosts]).toEqual([new URL(swarm.origin).host])
    expect(browser.complaints).toEqual([])
  })
})
