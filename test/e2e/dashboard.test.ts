/** A real swarm watched in a real browser: what the page says is what the API says, and it says so when it cannot know. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type View, viewSchema } from '../../node/dashboard/schema.js'
import { type Browser, executable, hasBrowser, openBrowser } from '../../scripts/chromium.js'

const root = join(import.meta.dirname, '..', '..')
/** Ignored by git. */
const shots = join(root, '.overage', 'screenshots')

let folder = ''
let swarm: ChildProcess
let address = ''
let browser: Browser

if (!hasBrowser) process.stderr.write(`skipped: there is no ${executable}; apt-get install chromium brings one\n`)

async function view(): Promise<View> {
  const { origin, hash } = new URL(address)
  const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` }
  return viewSchema.parse(await (await fetch(`${origin}/v1/view`, { headers })).json())
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

const shot = (name: string) => browser.page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })

describe.runIf(hasBrowser)('the dashboard of a swarm', () => {
  beforeAll(async () => {
    await mkdir(shots, { recursive: true })
    folder = await mkdtemp(join(tmpdir(), 'overage-e2e-'))
    const market = join(root, 'scripts', 'markets', 'exchange.json')
    const args = ['swarm', '--market', market, '--keep', '--isolate', 'none', '--folder', join(folder, 'swarm')]
    swarm = spawn(process.execPath, [join(root, 'dist', 'node', 'main.js'), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    address = await addressSaid(swarm)
    browser = await openBrowser()
    await browser.page.goto(address)
  })
  afterAll(async () => {
    await browser?.close()
    if (swarm !== undefined && swarm.exitCode === null) {
      swarm.kill('SIGINT')
      await once(swarm, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  })

  it('takes the token out of the address and is live', async () => {
    const { page } = browser
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
    expect(page.url()).not.toContain('token')
  })

  it('shows every node, offer and sale that the API knows', async () => {
    const { page } = browser
    await expect.poll(async () => (await view()).sales.length, { timeout: 100_000 }).toBeGreaterThan(3)
    await expect
      .poll(async () => (await view()).offers.every(({ status }) => status === 'closed'), { timeout: 60_000 })
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
    await shot('market')
  })

  it('explains a sale by a sum that gives its charge, recomputed from the signed bids', async () => {
    const { page } = browser
    // The dearest: others wanted it too.
    const [sale] = (await view()).sales.sort((a, b) => b.charge / b.quantity - a.charge / a.quantity)
    await page.goto(`${new URL(address).origin}/#/sale/${sale!.award}`)
    await page.getByText('recomputed on this page from the signed bids').waitFor()
    const charge = (sale!.charge / 1_000_000).toFixed(2)
    await expect.poll(() => page.locator('.total').innerText()).toContain(charge)
    await shot('sale')
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
    await shot('offer')
    await page.getByText('messages behind it').click()
    await page.locator('.row').first().waitFor()
    expect(await page.locator('#filter').inputValue()).toBe(`offer=${offer}`)
  })

  it('filters as one types, and points at what it cannot read', async () => {
    const { page } = browser
    await page.locator('#filter').fill('kind=receipt')
    await expect
      .poll(async () => new Set(await page.locator('.row .kind').allInnerTexts()))
      .toEqual(new Set(['receipt']))
    await page.locator('.row').first().click()
    await page.getByText('"receipt"').first().waitFor()
    await page.locator('#filter').fill('kind=')
    await expect.poll(() => page.locator('#filter-fault').innerText()).toContain('^')
    await shot('messages')
  })

  it('fits a phone without scrolling sideways, light and dark', async () => {
    const { page } = browser
    await page.setViewportSize({ width: 360, height: 740 })
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const tab of ['Mesh', 'People', 'Messages', 'Market']) {
        await page.getByRole('link', { name: tab, exact: true }).click()
        await page.getByRole('heading', { level: 1 }).waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
      }
      await shot(`phone-${colorScheme}`)
    }
    await page.setViewportSize({ width: 1280, height: 900 })
  })

  it('says that it is cut off, and is live again by itself', async () => {
    const { page } = browser
    await page.context().setOffline(true)
    await page.getByRole('status').filter({ hasText: 'Connection lost' }).waitFor()
    await shot('lost')
    await page.context().setOffline(false)
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  })

  it('asked no other host for anything, and broke no rule of its own', () => {
    expect([...browser.hosts]).toEqual([new URL(address).host])
    expect(browser.complaints).toEqual([])
  })
})
