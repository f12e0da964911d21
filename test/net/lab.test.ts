/** The laws of the lab that the market's own tests on it rest upon. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Lab, type LabHost } from './lab/lab.js'
import { until } from './lab/until.js'

const port = 7_000
const probe = join(import.meta.dirname, 'lab', 'probe.mjs')
const wire = { delayMs: 5 }

describe.skipIf(inject('whyNoLab') !== '')('a lab', () => {
  let lab: Awaited<ReturnType<typeof raise>>

  beforeAll(async () => {
    lab = await raise()
    const servers = Object.values(lab.hosts).map((host) =>
      host.run(`${host.name}-serves`, 'node', [probe, 'serve', `${port}`]),
    )
    await until('every host serves', () => servers.every(({ lines }) => lines.length > 0))
  })
  afterAll(() => lab?.close())

  it('delays what passes by what its wires say, both ways', async () => {
    const { pier, tower, cafe } = lab.hosts
    // Two wires each way; one more across the trunk.
    expect(median(await datagrams(pier, tower))).toBeGreaterThanOrEqual(20)
    expect(median(await datagrams(pier, cafe))).toBeGreaterThanOrEqual(80)
  })

  it('changes a delay while it runs', async () => {
    const { pier, tower } = lab.hosts
    await tower.wire.set({ delayMs: 55 })
    expect(median(await datagrams(pier, tower))).toBeGreaterThanOrEqual(120)
    await tower.wire.set(wire)
    expect(Math.min(...(await datagrams(pier, tower)).map((ms) => ms ?? Number.POSITIVE_INFINITY))).toBeLessThan(120)
  })

  it('loses the share that it says', async () => {
    const { pier, tower } = lab.hosts
    await tower.wire.set({ loss: 0.3 })
    const lost = (await datagrams(pier, tower, 200)).filter((ms) => ms === null).length
    await tower.wire.set({ loss: 0 })
    // Either way of an answer may be lost: 1 − 0.7². Five standard deviations of 200 draws to either side.
    expect(lost).toBeGreaterThan(200 * 0.51 - 36)
    expect(lost).toBeLessThan(200 * 0.51 + 36)
    expect((await tower.wire.counts()).lost).toBeGreaterThan(0)
  })

  it('carries nothing over a cut trunk, everything beside it, and all again once it is mended', async () => {
    const { pier, tower, cafe } = lab.hosts
    await lab.trunk.cut()
    expect(await connect(pier, cafe.address)).toMatchObject({ outcome: 'silence' })
    expect(await connect(pier, tower.address)).toMatchObject({ outcome: 'connected' })
    await lab.trunk.mend()
    expect(await connect(pier, cafe.address)).toMatchObject({ outcome: 'connected' })
  })

  it('keeps a connection through a cut that ends in time', async () => {
    const { pier, cafe } = lab.hosts
    await lab.trunk.cut()
    const dialled = cafe.run('dials-through-a-cut', 'node', [probe, 'tcp', `${port}`, pier.address])
    await new Promise((resolve) => setTimeout(resolve, 300))
    await lab.trunk.mend()
    await dialled.ended
    expect(JSON.parse(dialled.lines[0]!)).toMatchObject({ outcome: 'connected' })
  })

  it('lets a host behind a gateway out under the address of the gateway, and nobody in', async () => {
    const { pier, home, flat } = lab.hosts
    await Promise.all(
      [home, flat].map(async (inside) => {
        const out = await connect(inside, pier.address)
        expect(out).toMatchObject({ outcome: 'connected' })
        expect(out.seen).toContain(inside.outsideAddress)
        expect(await connect(pier, inside.outsideAddress)).toMatchObject({ outcome: 'silence' })
        expect(await connect(pier, inside.address)).toMatchObject({ outcome: 'ENETUNREACH' })
      }),
    )
  })

  it('shows every peer the same outside port where the mapping is endpoint-independent, another where it is not', async () => {
    const { pier, tower, home, flat } = lab.hosts
    const seen = (from: LabHost) => probed<readonly string[]>(from, ['seen', `${port}`, pier.address, tower.address])
    expect(new Set(await seen(home)).size).toBe(1)
    expect(new Set(await seen(flat)).size).toBe(2)
  })

  it('leaves no namespace and no process behind', async () => {
    const running = Object.values<LabHost>(lab.hosts).map((host) => host.run(`${host.name}-idles`, 'sleep', ['600']))
    await lab.close()
    await Promise.all(running.map(({ ended }) => ended))
    expect(await namespacesOf(lab)).toEqual([])
  })

  it('removes what one left behind whose keeper was killed', async () => {
    const small = {
      seed: 'small',
      addresses: 'private',
      folder,
      trunk: wire,
      hosts: { pier: { side: 'west', wire } },
    } as const
    const crashed = await Lab.raise(small)
    const running = crashed.hosts.pier.run('outlives-its-keeper', 'sleep', ['600'])
    process.kill(Number(crashed.prefix.split('-')[1]), 'SIGKILL')
    await crashed.close()
    expect(await namespacesOf(crashed)).toHaveLength(3)
    expect(running.exit).toBeUndefined()
    const next = await Lab.raise(small)
    expect(await namespacesOf(crashed)).toEqual([])
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' })
    await next.close()
  })
})

const namespacesOf = async ({ prefix }: Lab): Promise<readonly string[]> =>
  (await readdir('/run/netns')).filter((name) => name.startsWith(prefix))

const folder = join('.overage', 'net', 'lab')

const raise = () =>
  Lab.raise({
    seed: 'lab',
    addresses: 'public',
    folder,
    trunk: { delayMs: 30 },
    hosts: {
      pier: { side: 'west', wire },
      tower: { side: 'west', wire },
      cafe: { side: 'east', wire },
      home: { side: 'west', wire, nat: 'endpoint-independent' },
      flat: { side: 'east', wire, nat: 'endpoint-dependent' },
    },
  })

async function probed<T>(from: LabHost, args: readonly string[]): Promise<T> {
  const process = from.run(`${from.name}-${args.join('-')}`, 'node', [probe, ...args])
  await process.ended
  return JSON.parse(process.lines.at(-1) ?? 'null') as T
}

/** Round trips in ms; null for what did not come back. */
const datagrams = (from: LabHost, to: LabHost, count = 9): Promise<readonly (number | null)[]> =>
  probed(from, ['udp', `${port}`, `${count}`, to.address])

const connect = (from: LabHost, address: string): Promise<{ outcome: string; seen: string }> =>
  probed(from, ['tcp', `${port}`, address])

const median = (times: readonly (number | null)[]): number =>
  times.map((ms) => ms ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b)[Math.floor(times.length / 2)]!
