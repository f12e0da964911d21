/** `overage doctor` on folders that something happened to, as people run it. */
import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadIdentity } from '../../node/identity.js'
import { signerOf } from '../../node/signer-ed25519.js'
import { LevelStore } from '../../node/store-level.js'
import type { Json } from '../../src/ports/store.js'
import { sealedToJson } from '../../src/protocol/json.js'
import { type Award, offerIdOf } from '../../src/protocol/message.js'
import { digestOf, seal } from '../../src/protocol/signing.js'
import { megabytes, micros, ticks } from '../../src/units.js'
import { endAll, start } from './command.js'

let parent = ''
let folder = ''
let award = ''

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'overage-doctor-'))
  folder = join(parent, 'ann')
  award = await trade()
})
afterEach(endAll)
afterEach(() => rm(parent, { recursive: true }))

interface Told {
  readonly code: number | null
  readonly healthy: boolean
  readonly checks: readonly { readonly check: string; readonly state: string; readonly detail: string }[]
  readonly unsettled: readonly { readonly award: string }[]
  readonly repaired: { readonly copy: string; readonly done: readonly string[] } | null
}

async function doctor(...flags: string[]): Promise<Told> {
  const { code, out, err } = await start(['doctor', folder, '--json', ...flags]).ended
  expect(err).toBe('')
  return { code, ...JSON.parse(out) }
}

const problemsIn = ({ checks }: Told): readonly string[] =>
  checks.filter(({ state }) => state === 'problem').map(({ check, detail }) => `${check}: ${detail}`)

describe('overage doctor', () => {
  it('finds a folder in order healthy, tells what is unsettled, and changes nothing', async () => {
    const before = readdirSync(folder)
    const told = await doctor()
    expect(told).toMatchObject({ code: 0, healthy: true, unsettled: [{ award }], repaired: null })
    expect(readdirSync(folder)).toEqual(before)
  })

  it('says that a folder is an old copy once others told so, and takes it beyond what they told when that is accepted', async () => {
    const file = join(folder, 'store')
    const told = `${signerOf(await loadIdentity(folder)).id}/7`
    await put('outrun', { offer: told, sequence: 9_000_000_000_000 })
    expect(problemsIn(await doctor())).toEqual([expect.stringContaining(`others hold offer ${told}`)])
    const { ended } = start(['node', '--folder', folder, '--local', '--api', 'off'])
    expect(await ended).toMatchObject({ code: 3, err: expect.stringContaining('it is an old copy') })
    expect((await start(['doctor', folder, '--repair']).ended).code).toBe(1)
    expect(await doctor('--repair', '--accept-loss')).toMatchObject({ code: 0, healthy: true })
    const mended = await LevelStore.open(file)
    const values = new Map((await mended.contents()).map(({ key, value }) => [key, value]))
    await mended.close()
    expect(values.has('outrun')).toBe(false)
    expect(values.get('seller/sequence')).toBeGreaterThan(9_000_000_000_000)
    expect(values.get('seller/offer')).toMatchObject({ status: 'closed', number: 1_007 })
  })

  it('names the process that has the store open', async () => {
    const store = await LevelStore.open(join(folder, 'store'))
    const { checks } = await doctor()
    expect(checks.find(({ check }) => check === 'lock')?.detail).toContain(`in use by process ${process.pid}`)
    await store.close()
  })

  it('mends a store without its index, keeps a copy, and loses nothing', async () => {
    rmSync(join(folder, 'store', 'CURRENT'))
    expect(problemsIn(await doctor())).toEqual(['store: its index, the file CURRENT, is gone'])
    const told = await doctor('--repair')
    expect(told).toMatchObject({ code: 0, healthy: true, unsettled: [{ award }] })
    expect(existsSync(join(told.repaired!.copy, 'identity.key'))).toBe(true)
  })

  it('knows what a person told a node, and does not take half a plan for one', async () => {
    const nothing = { quantity: 0, charge: 0 }
    const plan = { stock: 5_000, floor: 8_000, policy: 'tracking', closesAfterMs: 86_400_000 }
    await put('seller/plan', { plan, settled: nothing, open: nothing })
    await put('buyer/plan', { plan: null, settled: nothing, open: nothing })
    expect((await doctor()).checks.filter(({ detail }) => detail.includes('/plan'))).toEqual([])
    await put('seller/plan', { plan: { ...plan, floor: -1 }, settled: nothing, open: nothing })
    expect(problemsIn(await doctor())).toEqual([expect.stringContaining('"seller/plan" plan.floor is')])
  })

  it('drops what cannot be read and binds nobody, and says what it was, without which no node starts', async () => {
    await put('buyer/bid/x', 'no bid')
    const { ended } = start(['node', '--folder', folder, '--local', '--api', 'off'])
    expect(await ended).toMatchObject({ code: 3, err: expect.stringContaining(`run: overage doctor ${folder}`) })
    expect(problemsIn(await doctor())).toEqual(['records: "buyer/bid/x" has no "bid"'])
    const { code, repaired } = await doctor('--repair')
    expect(code).toBe(0)
    expect(repaired?.done[0]).toContain('an own bid; if it wins, the award is looked at like any other')
  })

  it('forgets nothing that binds unless it is told to, and then never uses its numbers again', async () => {
    await put('sale/x', { receipt: 'garbage', award: 'garbage' })
    await put('seller/round', 7)
    const refused = await start(['doctor', folder, '--repair']).ended
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringContaining('"sale/x" holds no readable award; nothing was changed'),
    })
    expect(readdirSync(parent)).toEqual(['ann'])
    const told = await doctor('--repair', '--accept-loss')
    expect(told).toMatchObject({ code: 0, unsettled: [{ award }] })
    const store = await LevelStore.open(join(folder, 'store'))
    const contents = new Map((await store.contents()).map(({ key, value }) => [key, value]))
    await store.close()
    expect(contents.has('sale/x')).toBe(false)
    expect(contents.get('seller/round')).toBeGreaterThan(1_000_000)
    expect(contents.get('seller/sequence')).toBeGreaterThan(Date.now())
  })

  it('knows an old copy of a store, also one put back after a repair', async () => {
    const copy = join(parent, 'copy')
    cpSync(join(folder, 'store'), copy, { recursive: true })
    await put('seller/round', 8)
    const putBack = () => {
      rmSync(join(folder, 'store'), { recursive: true })
      cpSync(copy, join(folder, 'store'), { recursive: true })
    }
    putBack()
    expect(problemsIn(await doctor())[0]).toContain('it lacks the last 1 writes')
    expect(await doctor('--repair', '--accept-loss')).toMatchObject({ code: 0 })
    putBack()
    expect(problemsIn(await doctor())[0]).toContain('it lacks the last 2 writes')
  })

  it('knows a key that is not the one of the records, which the node refuses too', async () => {
    rmSync(join(folder, 'identity.key'))
    await loadIdentity(folder)
    expect(problemsIn(await doctor())[0]).toContain('identity: the key is of')
    const { code, err } = await start(['node', '--folder', folder, '--local']).ended
    expect(code).toBe(3)
    expect(err).toContain('put the right identity.key back')
  })

  it('refuses a folder that is none with exit code 2', async () => {
    writeFileSync(join(parent, 'file'), '')
    for (const name of ['nowhere', 'file']) expect((await start(['doctor', join(parent, name)]).ended).code).toBe(2)
  })
})

/** A node's folder with its key and one award on its way; returns the award's digest. */
async function trade(): Promise<string> {
  const signer = signerOf(await loadIdentity(folder))
  const buyer = signerOf(await loadIdentity(join(parent, 'bob')))
  rmSync(join(parent, 'bob'), { recursive: true })
  const body: Award = {
    type: 'award',
    market: 'local',
    offer: offerIdOf(signer.id, 1),
    round: 1,
    buyer: buyer.id,
    stock: megabytes(100),
    reserve: ticks(1),
    quotedReserve: ticks(1),
    evidence: [],
    quantity: megabytes(10),
    charge: micros(10),
    fee: micros(0),
  }
  const sealed = seal(signer, body)
  await put(`seller/award/${digestOf(sealed)}`, { state: 'pending', award: sealedToJson(sealed) })
  return digestOf(sealed)
}

async function put(key: string, value: Json): Promise<void> {
  const store = await LevelStore.open(join(folder, 'store'))
  await new Promise<void>((resolve) => store.write([{ key, value }], { sync: true }, () => resolve()))
  await store.close()
}
