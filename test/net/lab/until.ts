import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 50

/**
 * Resolves as soon as `condition` holds.
 * @throws Error that names `what` when it does not come to hold in `msMax`, with what `state` says then.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { msMax = 20_000, state = () => '' }: { readonly msMax?: number; readonly state?: () => string } = {},
): Promise<void> {
  const end = performance.now() + msMax
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${msMax / 1_000} s: ${what}\n${state()}`)
    await sleep(pollMs)
  }
}
