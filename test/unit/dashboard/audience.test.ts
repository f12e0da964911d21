import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Audience } from '../../../node/dashboard/audience.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function audience() {
  const news: string[] = []
  const of = new Audience({ arrived: () => news.push('arrived'), left: () => news.push('left') }, { graceMs: 1_000 })
  return { of, news }
}

describe('an audience', () => {
  it('arrives with the first and has left a while after the last', () => {
    const { of, news } = audience()
    expect([of.isThere, of.wasThere]).toEqual([false, false])
    const [ann, ben] = [of.enter(), of.enter()]
    ann()
    vi.advanceTimersByTime(5_000)
    expect(news).toEqual(['arrived'])
    ben()
    vi.advanceTimersByTime(999)
    expect(of.isThere).toBe(true)
    vi.advanceTimersByTime(1)
    expect(news).toEqual(['arrived', 'left'])
    expect([of.isThere, of.wasThere]).toEqual([false, true])
  })

  it('stays while somebody opens the page anew, however often', () => {
    const { of, news } = audience()
    for (let times = 0; times < 3; times += 1) {
      of.enter()()
      vi.advanceTimersByTime(900)
    }
    expect(news).toEqual(['arrived'])
  })

  it('counts nobody out twice', () => {
    const { of, news } = audience()
    const leave = of.enter()
    of.enter()
    leave()
    leave()
    vi.advanceTimersByTime(5_000)
    expect(news).toEqual(['arrived'])
  })

  it('is waited for until it has left, and not at all where nobody is', async () => {
    const { of } = audience()
    await of.gone()
    const leave = of.enter()
    let isGone = false
    void of.gone().then(() => {
      isGone = true
    })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(isGone).toBe(false)
    leave()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(isGone).toBe(true)
  })
})
