import { access } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from './commands.js'
import { Lab } from './lab.js'

/** Why no lab can be built on this machine, in words for whoever runs the tests; undefined where it can. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `network namespaces are Linux's, and this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'only root may make network namespaces: run it as root'
  for (const [program, args, has] of tools) {
    const missing = await command(program, args).then(
      () => undefined,
      () => `${program} is missing: install ${has}`,
    )
    if (missing !== undefined) return missing
  }
  const tun = await access('/dev/net/tun').catch(() => 'this kernel has no TAP devices: there is no /dev/net/tun')
  return tun ?? (await whyNotBuilt())
}

const tools = [
  ['ip', ['-V'], 'iproute2'],
  ['nft', ['--version'], 'nftables'],
  ['python3', ['-c', 'import ctypes, fcntl, select'], 'python3'],
] as const

/** What a kernel or a container says that forbids or lacks what a lab is made of. Anything else is a fault of the lab. */
const forbidden = /permitted|permission|denied|not supported|no such device|unknown device|not available/i

/**
 * Whatever else may be missing shows when the smallest lab with everything in it is built.
 * @throws Error when that fails for another reason than that it is not allowed.
 */
async function whyNotBuilt(): Promise<string | undefined> {
  try {
    const lab = await Lab.raise({
      seed: 'trial',
      addresses: 'public',
      folder: join(tmpdir(), `overage-lab-${process.pid}`),
      trunk: { delayMs: 0 },
      hosts: { home: { side: 'west', wire: { delayMs: 0 }, nat: 'endpoint-dependent' } },
    })
    await lab.close()
    return undefined
  } catch (error) {
    const line = (error as Error).message.split('\n').find((text) => forbidden.test(text))
    if (line === undefined) throw error
    return `this machine does not allow it: ${line.trim()}`
  }
}
