import { describe, expect, it } from 'vitest'
import { UsageError } from '../../../node/errors.js'
import type { SwarmFlags } from '../../../node/swarm/flags.js'
import { swarmRequestOf } from '../../../node/swarm/request.js'

const request = (flags: Partial<SwarmFlags>) => swarmRequestOf({ seed: 'demo', timeLimit: '300', ...flags })

async function sizesOf(flags: Partial<SwarmFlags>): Promise<string> {
  const { people } = (await request(flags)).market
  const selling = people.filter(({ sells }) => sells !== undefined).length
  return `${selling} sell, ${people.length - selling} buy`
}

describe('what a swarm is asked for', () => {
  it('is twelve people of whom four sell, unless said otherwise', async () => {
    expect(await sizesOf({})).toBe('4 sell, 8 buy')
    expect(await sizesOf({ nodes: '2' })).toBe('1 sell, 1 buy')
    expect(await sizesOf({ buyers: '20' })).toBe('10 sell, 20 buy')
    expect(await sizesOf({ buyers: '3', sellers: '5' })).toBe('5 sell, 3 buy')
  })

  it('is a process for each node up to 16 of them, and one for all above', async () => {
    expect((await request({ nodes: '16' })).isolate).toBe('process')
    expect((await request({ nodes: '17' })).isolate).toBe('none')
    expect((await request({ nodes: '17', isolate: 'process' })).isolate).toBe('process')
  })

  it('keeps its files in a folder of its own inside the working folder, whatever the seed is called', async () => {
    expect((await request({ seed: '../../etc' })).folder).toBe('.overage/-etc')
    expect((await request({ folder: 'elsewhere' })).folder).toBe('elsewhere')
  })

  it('prints nothing but the report where the report goes to standard output', async () => {
    expect((await request({ json: '-' })).quiet).toBe(true)
  })

  it.each([
    [{ seed: '' }, '--seed: must be 1 to 64 characters'],
    [{ nodes: '1' }, '--nodes: must be a whole number from 2 to 1000, got 1'],
    [{ nodes: '4', sellers: '1' }, '--nodes: cannot be combined with --buyers or --sellers'],
    [{ buyers: '-3' }, '--buyers: must be a whole number from 1 to 1000, got -3'],
    [{ buyers: '1000', sellers: '1' }, '--buyers, --sellers: must be at most 1000 together'],
    [{ supplyRatio: '0' }, '--supply-ratio: must be a number above 0 up to 100, got 0'],
    [{ folder: 'a', trace: './a/' }, '--trace: a is where stores and logs go'],
    [{ timeLimit: '' }, '--time-limit: must be a number of seconds above 0 up to 86400, got ""'],
  ])('is refused for %j', async (flags, message) => {
    await expect(request(flags)).rejects.toThrow(UsageError)
    await expect(request(flags)).rejects.toThrow(message)
  })
})
