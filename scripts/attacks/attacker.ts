/** The attackers of one trial, in a process of their own: what they do to the machine is theirs, what they do to nodes is measured. */
import type { AttackOptions, RunningAttack } from '../../node/swarm/attack/attack.js'
import { attackNamed } from '../../node/swarm/attack/attacks.js'
import type { FromAttacker, ToAttacker } from './messages.js'

let running: RunningAttack | undefined
const tell = (message: FromAttacker): void => void process.send?.(message)

process.on('message', (message: ToAttacker) => {
  if (message.type === 'start') void start(message.attack, message.options)
  else void end()
})
process.on('disconnect', () => process.exit(1))

async function start(name: string, options: AttackOptions): Promise<void> {
  running = await attackNamed(name)!.start(options)
  tell({ type: 'started' })
}

async function end(): Promise<void> {
  tell({ type: 'did', did: running?.did() ?? {} })
  await Promise.race([running?.stop(), new Promise((resolve) => setTimeout(resolve, 3_000))])
  process.exit(0)
}
