import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'

export interface LabProcessOptions {
  readonly name: string
  /** Where its output is kept, as `<name>.out`. */
  readonly folder: string
  /** Where it runs. */
  readonly namespace: string
  readonly program: string
  readonly args: readonly string[]
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program that runs in a host of the lab. Its output is kept in a file and here, line by line. */
export class LabProcess {
  readonly name: string
  readonly outputFile: string
  /** What it said, on either output, oldest first. */
  readonly lines: string[] = []
  readonly ended: Promise<Exit>
  readonly #child: ChildProcess
  #exit: Exit | undefined

  constructor({ name, folder, namespace, program, args }: LabProcessOptions) {
    this.name = name
    this.outputFile = join(folder, `${name}.out`)
    // In a session of its own: what a terminal's Ctrl-C means for it is for the lab's owner to decide.
    this.#child = spawn('ip', ['netns', 'exec', namespace, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, NO_COLOR: '1' },
    })
    const said = new PassThrough()
    this.#child.stdout?.pipe(said, { end: false })
    this.#child.stderr?.pipe(said, { end: false })
    said.pipe(createWriteStream(this.outputFile))
    createInterface(said).on('line', (line) => this.lines.push(line))
    this.ended = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.#exit ??= exit
        said.end()
        resolve(this.#exit)
      }
      this.#child.once('close', (code, signal) => end({ code, signal }))
      this.#child.once('error', () => end({ code: null, signal: null }))
    })
  }

  /** How it ended; undefined while it runs. */
  get exit(): Exit | undefined {
    return this.#exit
  }

  /** `ip netns exec` becomes the program itself, so that a signal reaches it. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}
