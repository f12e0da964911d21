/** The system's own tools that a lab is built with. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** Any of them takes a few ms. */
const commandMsMax = 20_000

/** @throws Error with what the tool said. */
export async function command(program: string, args: readonly string[], input?: string): Promise<string> {
  const running = run(program, [...args], { timeout: commandMsMax })
  running.child.stdin?.on('error', () => {})
  running.child.stdin?.end(input)
  return (await running).stdout
}

/** Several `ip` commands in one process, in the given network namespace or in that of this process. */
export const ip = (lines: readonly string[], namespace?: string): Promise<string> =>
  command('ip', [...(namespace === undefined ? [] : ['-n', namespace]), '-batch', '-'], `${lines.join('\n')}\n`)

/** An nftables ruleset in a network namespace. */
export const nft = (ruleset: string, namespace: string): Promise<string> =>
  command('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], ruleset)

/** Kernel settings of a network namespace, as `net/ipv4/ip_forward=1`. */
export const sysctl = (settings: readonly string[], namespace: string): Promise<string> =>
  command(
    'ip',
    ['netns', 'exec', namespace, 'sh', '-e'],
    settings.map((setting) => `echo ${setting.split('=')[1]} > /proc/sys/${setting.split('=')[0]}\n`).join(''),
  )
