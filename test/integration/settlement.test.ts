/** Real nodes, real processes, real stores: nothing that was accepted is lost, whoever is killed when. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadIdentity } from '../../node/identity.js'
import { type MarketNode, type MarketNodeOptions, startMarketNode } from '../../node/market-node.js'
import { ed25519Verifier, signerOf } from '../../node/signer-ed25519.js'
import { LevelStore } from '../../node/store-level.js'
import type { Fact } from '../../src/agent/agent.js'
import { type BuyPlan, lanRules, type SellPlan } from '../../src/agent/rules.js'
import type { Json } from '../../src/ports/store.js'
import { type Ledger, violationsIn } from '../../src/sim/checkers.js'
import { millis } from '../../src/units.js'
import { sells, wants } from './plans.js'

/** What the same plans look like in a configuration file. */
const sellsWritten = { gb: 6, floor: 8 }
const wantsWritten = { gb: 4, sigma: 60, alpha: 0.5 }
/** An auction that waits for its bidder for as long as a restart takes. */
const rules = { ...lanRules, idleMsMax: millis(60_000) }

let folder = ''
const nodes: MarketNode[] = []
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overage-settlement-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const node of nodes.splice(0)) await node.stop({ withdraw: false })
  await rm(folder, { recursive: true })
})

describe('a sale', () => {
  it('ends with the same receipt on both sides when the seller is killed between accept and receipt', async () => {
    const address = `/ip4/127.0.0.1/tcp/${await freePort()}`
    const seller = await runSeller(address)
    const buyer = await startNode('buyer', { bootstrap: [address], wants })
    // Frozen before the accept is sent, killed once it is: the seller never sees it, yet the buyer is bound by it.
    buyer.onFact(({ type }) => void (type === 'awarded' && seller.kill('SIGSTOP')))
    const accepted = factOf(buyer, 'accepted')
    buyer.trade()
    await accepted
    seller.kill('SIGKILL')
    await once(seller, 'exit')
    expect(buyer.status().buyer).toMatchObject({ owned: 0, unsettled: 1 })

    const bought = factOf(buyer, 'bought')
    const again = await runSeller(address)
    await bought
    expect(buyer.status().buyer?.unsettled).toBe(0)
    await buyer.stop({ withdraw: false })
    nodes.splice(0)
    await terminate(again)
    await expectOneReceipt()
  })

  it('ends with the same receipt on both sides when the buyer is killed between accept and receipt', async () => {
    const seller = await startNode('seller', { sells })
    const buyer = await runBuyer(seller.addresses())
    // The seller tells of a sale when it is saved, before its receipt leaves.
    const sold = factOf(seller, 'sold', () => buyer.kill('SIGKILL'))
    seller.trade()
    await sold
    await once(buyer, 'exit')

    const again = await runBuyer(seller.addresses())
    await lineOf(again, /^bought/)
    await terminate(again)
    await seller.stop({ withdraw: true })
    nodes.splice(0)
    await expectOneReceipt()
  })
})

describe('a node that is stopped and started again', () => {
  it('is the same peer, remembers what it sold, and offers the rest', async () => {
    const seller = await startNode('seller', { sells })
    const buyer = await startNode('buyer', { bootstrap: seller.addresses(), wants })
    const bought = factOf(buyer, 'bought')
    seller.trade()
    buyer.trade()
    await bought
    const { sold, revenue, offer } = seller.status().seller!
    expect(sold).toBeGreaterThan(0)
    const { peerId } = seller
    const closed = new Promise<void>((resolve) => {
      buyer.onFact((fact) => void (fact.type === 'offer-known' && fact.offer === offer && resolve()))
    })
    await seller.stop({ withdraw: true })
    await closed

    const again = await startNode('seller', { sells, bootstrap: buyer.addresses() })
    again.trade()
    expect(again.peerId).toBe(peerId)
    expect(again.status().seller).toMatchObject({ sold, revenue, stock: sells.stock - sold, open: true })
    expect(again.status().seller?.offer).not.toBe(offer)
  })

  it('refuses a damaged store, names the record, and leaves no socket behind', async () => {
    const listen = [`/ip4/127.0.0.1/tcp/${await freePort()}`]
    await loadIdentity(join(folder, 'seller'))
    const store = await LevelStore.open(join(folder, 'seller', 'store'))
    await new Promise<void>((resolve) =>
      store.write([{ key: 'sale/x', value: { receipt: '' } }], { sync: true }, () => resolve()),
    )
    await store.close()
    await expect(startNode('seller', { sells, listen })).rejects.toThrow('"sale/x": has no "award"')
    expect((await startNode('other', { listen })).addresses()[0]).toContain(listen[0])
  })

  it('refuses a store that another node has open, and says so', async () => {
    await startNode('seller', { sells })
    await expect(startNode('seller', { sells })).rejects.toThrow('in use by this process')
  })
})

async function startNode(name: string, options: Partial<MarketNodeOptions>): Promise<MarketNode> {
  const node = await startMarketNode({
    name,
    folder: join(folder, name),
    market: 'settlement',
    listen: ['/ip4/127.0.0.1/tcp/0'],
    bootstrap: [],
    local: true,
    rules,
    log: pino({ level: 'silent' }),
    ...options,
  })
  nodes.push(node)
  return node
}

const runSeller = (address: string): Promise<ChildProcess> => run('seller', { listen: [address], sells: sellsWritten })
const runBuyer = (bootstrap: readonly string[]): Promise<ChildProcess> =>
  run('buyer', { bootstrap, wants: wantsWritten })

/** Starts `overage node` and resolves when it listens. */
async function run(name: string, config: Record<string, unknown>): Promise<ChildProcess> {
  const file = join(folder, `${name}.json`)
  const common = { name, market: 'settlement', folder: join(folder, name), local: true, rules: { idleMsMax: 60_000 } }
  await writeFile(file, JSON.stringify({ ...common, ...config }))
  const child = spawn(process.execPath, ['dist/node/main.js', 'node', '--config', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await lineOf(child, /^listens/)
  return child
}

async function lineOf(child: ChildProcess, pattern: RegExp): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) if (pattern.test(line)) return
  throw new Error(`the node ended without saying ${pattern}`)
}

async function terminate(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

function factOf(node: MarketNode, type: Fact['type'], at: () => void = () => {}): Promise<void> {
  return new Promise((resolve) => {
    node.onFact((fact) => {
      if (fact.type !== type) return
      at()
      resolve()
    })
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** What both stores say when both nodes have stopped. */
async function expectOneReceipt(): Promise<void> {
  const seller = await ledgerOf('seller', { sells })
  const buyer = await ledgerOf('buyer', { wants })
  expect(violationsIn([seller, buyer], ed25519Verifier)).toEqual([])
  const receiptsIn = ({ contents }: Ledger, prefix: string): Json[] =>
    contents.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => (value as { receipt: Json }).receipt)
  expect(receiptsIn(seller, 'sale/').length).toBeGreaterThan(0)
  expect(receiptsIn(buyer, 'purchase/')).toEqual(receiptsIn(seller, 'sale/'))
}

async function ledgerOf(name: string, plans: { sells?: SellPlan; wants?: BuyPlan }): Promise<Ledger> {
  const { id } = signerOf(await loadIdentity(join(folder, name)))
  const store = await LevelStore.open(join(folder, name, 'store'))
  const contents = await store.contents()
  await store.close()
  return { name, id, contents, ...plans }
}
