/** A seller under a crowd of bidders, in a process of its own; the far side of `seller.ts`. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { lpStream } from '@libp2p/utils'
import type { Host } from '../../node/libp2p/compose.js'
import { internetRules } from '../../src/agent/rules.js'
import { millis } from '../../src/units.js'
import { startSellerNode } from './seller-node.js'

export const replyProtocol = '/overage-bench/reply/1.0.0'

/** What the process took since the last report. */
export interface Strain {
  readonly cpuMs: number
  /** How late timers were. */
  readonly lateMsP99: number
  readonly lateMsMax: number
  /** The largest resident set, in bytes. */
  readonly residentMax: number
}

const resolutionMs = 5

/** Answers every frame with as many bytes as its first four ask for. */
const serveReplies = (host: Host): Promise<void> =>
  host.handle(replyProtocol, async (stream) => {
    const frames = lpStream(stream)
    while (stream.remoteWriteStatus !== 'closed') {
      try {
        const asked = await frames.read()
        const [a, b, c, d] = asked.subarray(0, 4)
        await frames.write(new Uint8Array(((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0))
      } catch {
        return
      }
    }
  })

async function main(): Promise<void> {
  // A crowd takes longer to connect than an auction waits for its first bid.
  const { host, addresses, offer } = await startSellerNode({
    rules: { ...internetRules, idleMsMax: millis(3_600_000) },
  })
  await serveReplies(host)
  const lateness = monitorEventLoopDelay({ resolution: resolutionMs })
  lateness.enable()
  let residentMax = 0
  setInterval(() => {
    residentMax = Math.max(residentMax, process.memoryUsage.rss())
  }, 50)
  let cpu = process.cpuUsage()
  process.on('message', () => {
    const { user, system } = process.cpuUsage(cpu)
    const lateMs = (nanoseconds: number): number => nanoseconds / 1e6 - resolutionMs
    const strain: Strain = {
      cpuMs: (user + system) / 1_000,
      lateMsP99: lateMs(lateness.percentile(99)),
      lateMsMax: lateMs(lateness.max),
      residentMax,
    }
    cpu = process.cpuUsage()
    lateness.reset()
    residentMax = 0
    process.send?.(strain)
  })
  process.send?.({ addresses, offer })
}

if (process.send !== undefined) await main()
