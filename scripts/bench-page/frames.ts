/** When a page draws: what runs in it to tell, and what that comes to. */
import { quantile } from '../bench/row.js'

/** A frame that took longer is one that a person sees missing. */
export const frameMsMax = 100

/**
 * Put into every page before anything of its own runs. `frames` are the ms between one frame and the next, `tasks` those of tasks above
 * 50 ms, as the browser itself counts them.
 */
export const probe = `
  globalThis.benchProbe = { frames: [], tasks: [], last: performance.now() }
  const probe = globalThis.benchProbe
  const frame = () => {
    const now = performance.now()
    probe.frames.push(now - probe.last)
    probe.last = now
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) probe.tasks.push(duration)
  }).observe({ type: 'longtask' })
`

/** Forgets what was, so that only what follows counts. */
export const restart = 'Object.assign(benchProbe, { frames: [], tasks: [], last: performance.now() }), undefined'
export const read = '({ frames: benchProbe.frames, tasks: benchProbe.tasks })'

export interface Probed {
  readonly frames: readonly number[]
  readonly tasks: readonly number[]
}

export interface Frames {
  readonly count: number
  /** In ms. */
  readonly p50: number
  readonly p99: number
  readonly max: number
  /** Longer than {@link frameMsMax}. */
  readonly over: number
  readonly longTasks: number
  readonly longestTask: number
}

export function framesOf({ frames, tasks }: Probed): Frames {
  return {
    count: frames.length,
    p50: quantile(frames, 0.5),
    p99: quantile(frames, 0.99),
    max: Math.max(...frames),
    over: frames.filter((ms) => ms > frameMsMax).length,
    longTasks: tasks.length,
    longestTask: Math.max(0, ...tasks),
  }
}
