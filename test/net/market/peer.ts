import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LevelStore } from '../../../node/store-level.js'
import type { Fact } from '../../../src/agent/agent.js'
import type { StoreContents } from '../../../src/ports/store.js'
import type { LabHost } from '../lab/lab.js'
import type { LabProcess } from '../lab/process.js'
import { until } from '../lab/until.js'

/** The command as people run it, from the build. */
export const overage = resolve('dist/node/main.js')

interface LogLine {
  readonly time: string
  readonly msg: string
  readonly fact?: Fact
}

/** A fact that a node logged. */
export interface Logged {
  readonly fact: Fact
  /** ms since 1970, by the one clock that all hosts of the lab share. */
  readonly at: number
}

/** A line that a command prints for programs, such as a step of joining. */
export interface Step {
  readonly step?: string
  readonly outcome?: string
  readonly text?: string
  readonly [field: string]: unknown
}

export interface PeerOptions {
  readonly name: string
  readonly host: LabHost
  /** Its own folder is made in this one, empty. */
  readonly folder: string
  /** The command and what it is given. `--folder` and `--json` are added. */
  readonly args: readonly string[]
}

/** One person's node: a process in a host, its folder, and what it logged. */
export class Peer {
  readonly name: string
  readonly folder: string
  readonly process: LabProcess

  private constructor(name: string, folder: string, process: LabProcess) {
    this.name = name
    this.folder = folder
    this.process = process
  }

  static async start({ name, host, folder, args }: PeerOptions): Promise<Peer> {
    const own = join(folder, name)
    await rm(own, { recursive: true, force: true })
    await mkdir(own, { recursive: true, mode: 0o700 })
    return new Peer(name, own, host.run(name, process.execPath, [overage, ...args, '--folder', own, '--json']))
  }

  get logFile(): string {
    return join(this.folder, 'log.jsonl')
  }

  /** What it said of its way into the network, by step; undefined: not yet. */
  step(name: string): Step | undefined {
    return this.process.lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Step)
      .find(({ step }) => step === name)
  }

  /** What it logged so far, oldest first; a line that is being written is left for the next time. */
  facts(): readonly Logged[] {
    return this.#logged().flatMap(({ fact, time }) => (fact === undefined ? [] : [{ fact, at: Date.parse(time) }]))
  }

  /** The facts of one type. */
  allOf<T extends Fact['type']>(type: T): readonly (Extract<Fact, { readonly type: T }> & { readonly at: number })[] {
    return this.facts().flatMap(({ fact, at }) =>
      fact.type === type ? [{ ...(fact as Extract<Fact, { readonly type: T }>), at }] : [],
    )
  }

  /** When it began to listen, ms since 1970: its code is loaded then, and nobody was reached yet. */
  get listeningAt(): number {
    return Date.parse(this.#logged().find(({ msg }) => msg === 'listening')?.time ?? '')
  }

  /** Asks it to stop, as Ctrl-C in a service does, and waits until it has. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM')
    await until(`${this.name} stops`, () => this.process.exit !== undefined, { state: () => this.lastWords() })
  }

  /** Everything in its store. It must have stopped. */
  async contents(): Promise<StoreContents> {
    const store = await LevelStore.open(join(this.folder, 'store'))
    try {
      return await store.contents()
    } finally {
      await store.close()
    }
  }

  #logged(): readonly LogLine[] {
    return linesOf(this.logFile).map((line) => JSON.parse(line) as LogLine)
  }

  /** For whoever looks into a failure. */
  lastWords(): string {
    const { exit, lines, outputFile } = this.process
    const state = exit === undefined ? 'runs' : `ended with ${exit.code ?? exit.signal}`
    return `${this.name} ${state}; ${outputFile}, ${this.logFile}\n  ${lines.slice(-3).join('\n  ')}`
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}
