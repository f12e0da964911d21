/** The command as people run it, from the build (`npm test` makes it). */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

export const entry = 'dist/node/main.js'
const running = new Set<ChildProcess>()

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** @throws an Error when there is no build. */
export function start(args: readonly string[], input?: string): Started {
  if (!existsSync(entry)) throw new Error('there is no build: run npm run build first')
  const child = spawn(process.execPath, [entry, ...args], { stdio: 'pipe' })
  running.add(child)
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code, out, err })
    })
  })
  return { child, ended }
}

/** Ends what a failed test left behind. */
export function endAll(): void {
  for (const child of running) child.kill('SIGKILL')
}
