/** A node in an operating-system process of its own: the very command that a person would run, with an IPC channel. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Fact } from '../../src/agent/agent.js'
import type { StoreContents } from '../../src/ports/store.js'
import { NodeStartError } from '../errors.js'
import type { LinkTable } from '../libp2p/links.js'
import { lastLogLineOf } from '../log.js'
import type { NodeStatus } from '../market-node.js'
import { settings } from '../settings.js'
import type { NodeHandle } from './handle.js'
import { type FromNode, type StartOrder, supervisedVariable, type ToNode } from './messages.js'
import type { ApiPlace } from './record.js'

/** The compiled command line; a child runs the same one as its parent. */
const commandLine = fileURLToPath(new URL('../main.js', import.meta.url))
/** Characters of a child's standard error that are kept for its obituary. */
const stderrMax = 4_096

export interface ChildOptions {
  readonly name: string
  /** The configuration file that `overage node --config` is given. */
  readonly config: string
  readonly logFile: string
  /** How long a node may take to load, to start, to answer, and to end. */
  readonly patienceMs: number
  /** The command line to fork; that of this build unless said. */
  readonly entry?: string
}

interface Waiting {
  resolve(message: FromNode): void
  reject(error: Error): void
}

/** Forked by its constructor; {@link loaded}, then {@link start}, then a {@link NodeHandle} like any other. */
export class ChildNode implements NodeHandle {
  readonly #options: ChildOptions
  readonly #process: ChildProcess
  readonly #exited: Promise<void>
  /** Who waits for which answer. */
  readonly #waiting = new Map<string, Waiting>()
  readonly #facts: ((fact: Fact) => void)[] = []
  readonly #deaths: ((reason: string) => void)[] = []
  #requests = 0
  #stderr = ''
  #failure: string | undefined
  #stopping = false
  #ended = false
  #peerId = ''
  #addresses: readonly string[] = []
  #api: ApiPlace | undefined

  constructor(options: ChildOptions) {
    this.#options = options
    this.#process = fork(options.entry ?? commandLine, ['node', '--config', options.config], {
      env: childEnvironment(),
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-stderrMax)
    })
    this.#process.on('message', (message) => this.#receive(message as FromNode))
    this.#exited = new Promise((resolve) => {
      // 'close' comes after standard error was read to its end; 'error' may mean that there never was a process.
      this.#process.once('close', () => resolve())
      this.#process.on('error', (error) => {
        this.#failure ??= error.message
        if (this.#process.pid === undefined) resolve()
      })
    })
    void this.#exited.then(() => this.#end())
  }

  get name(): string {
    return this.#options.name
  }
  get peerId(): string {
    return this.#peerId
  }
  get addresses(): readonly string[] {
    return this.#addresses
  }
  get api(): ApiPlace | undefined {
    return this.#api
  }
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** @throws NodeStartError with the node's last words when it does not get as far as waiting for {@link start}. */
  async loaded(): Promise<void> {
    await this.#next('loaded')
  }

  /** @throws NodeStartError with the node's last words. */
  async start(order: StartOrder): Promise<void> {
    const ready = this.#next('ready')
    this.#send({ type: 'start', ...order })
    const { peerId, addresses, api } = await ready
    this.#peerId = peerId
    this.#addresses = addresses
    this.#api = api
  }

  trade(): void {
    this.#send({ type: 'trade' })
  }

  /** How its links to others are from now on. */
  link(table: LinkTable): void {
    this.#send({ type: 'links', table })
  }

  async status(): Promise<NodeStatus> {
    const request = ++this.#requests
    const answer = this.#next('status', request)
    this.#send({ type: 'status', request })
    return (await answer).status
  }

  async contents(): Promise<StoreContents> {
    const request = ++this.#requests
    const answer = this.#next('contents', request)
    this.#send({ type: 'contents', request })
    return (await answer).contents
  }

  onFact(listener: (fact: Fact) => void): void {
    this.#facts.push(listener)
  }

  onDeath(listener: (reason: string) => void): void {
    this.#deaths.push(listener)
  }

  async stop({ withdraw }: { readonly withdraw: boolean }): Promise<void> {
    if (!this.#stopping && !this.#ended) {
      this.#stopping = true
      this.#send({ type: 'stop', withdraw })
    }
    const late = setTimeout(() => this.kill(), this.#options.patienceMs)
    await this.#exited
    clearTimeout(late)
  }

  /** Ends the process at once, saving and telling nothing. */
  kill(): void {
    this.#stopping = true
    if (!this.#ended) this.#process.kill('SIGKILL')
  }

  /** The next message of one type (and one request), or an error if the child ends or falls silent first. */
  #next<Type extends FromNode['type']>(type: Type, request?: number): Promise<Extract<FromNode, { type: Type }>> {
    const key = keyOf(type, request)
    const { patienceMs } = this.#options
    return new Promise((resolve, reject) => {
      const settled = (): void => {
        clearTimeout(late)
        this.#waiting.delete(key)
      }
      const waiting: Waiting = {
        resolve: (message) => {
          settled()
          resolve(message as Extract<FromNode, { type: Type }>)
        },
        reject: (error) => {
          settled()
          reject(error)
        },
      }
      const late = setTimeout(() => waiting.reject(this.#obituary(`was silent for ${patienceMs} ms`)), patienceMs)
      this.#waiting.set(key, waiting)
      if (this.#ended) waiting.reject(this.#obituary(this.#how()))
    })
  }

  #receive(message: FromNode): void {
    switch (message.type) {
      case 'fact':
        for (const listener of this.#facts) listener(message.fact)
        return
      case 'failed':
        this.#failure = message.message
        return
      case 'status':
      case 'contents':
        this.#waiting.get(keyOf(message.type, message.request))?.resolve(message)
        return
      case 'loaded':
      case 'ready':
        this.#waiting.get(keyOf(message.type))?.resolve(message)
        return
      default:
        message satisfies never
    }
  }

  #send(message: ToNode): void {
    // A child that is gone cannot be told; its end is noticed by itself.
    if (this.#process.connected) this.#process.send(message, () => {})
  }

  #end(): void {
    this.#ended = true
    const obituary = this.#obituary(this.#how())
    for (const waiting of [...this.#waiting.values()]) waiting.reject(obituary)
    if (!this.#stopping) for (const listener of this.#deaths) listener(obituary.message)
  }

  #how(): string {
    const { exitCode, signalCode } = this.#process
    return signalCode === null ? `ended with exit code ${exitCode ?? 'unknown'}` : `was ended by ${signalCode}`
  }

  /** What is known of a node that is no longer there. */
  #obituary(how: string): NodeStartError {
    const { name, logFile } = this.#options
    const said = this.#failure ?? errorIn(this.#stderr) ?? lastLogLineOf(logFile)
    const words = said === undefined ? '' : `; its last words: ${said}`
    return new NodeStartError(`${name} ${how}${words}`, { advice: `its log is ${logFile}` })
  }
}

const keyOf = (type: FromNode['type'], request?: number): string =>
  request === undefined ? type : `${type} ${request}`

/** This process's environment without the settings of a node: the child's file says all of them. */
function childEnvironment(): NodeJS.ProcessEnv {
  const ours = new Set(settings.map(({ variable }) => variable))
  const kept = Object.entries(process.env).filter(([name]) => !ours.has(name))
  return { ...Object.fromEntries(kept), [supervisedVariable]: '1' }
}

/** The command line's own error, or else the last line of whatever a crash left behind. */
function errorIn(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  return lines.findLast((line) => line.startsWith('error: '))?.slice('error: '.length) ?? lines.at(-1)
}
