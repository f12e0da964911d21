/** The full-screen view: keys in, at most ten frames a second out, and the terminal as it was found afterwards. */
import { emitKeypressEvents } from 'node:readline'
import pc from 'picocolors'
import { exitCodes } from '../errors.js'
import { followAll } from './live.js'
import { Model } from './model.js'
import type { InspectFlags } from './run.js'
import { bodyRowsOf, type Line, type Look, screen } from './screen.js'
import { captureOf, nodesOf } from './source.js'
import { type Key, pressed } from './view-keys.js'

const frameMs = 100

const styles: Readonly<Record<Line['style'], (text: string) => string>> = {
  plain: (text) => text,
  dim: pc.dim,
  chosen: pc.inverse,
  bar: (text) => pc.bold(pc.inverse(text)),
  fault: pc.yellow,
}

/** Shows events until the person quits. @throws as the source of events does; the terminal is itself again by then. */
export async function runView(filter: string, flags: InspectFlags): Promise<void> {
  const view = new View(filter)
  const ending = new AbortController()
  // Before the screen is taken: what is wrong here is said in the terminal as it was.
  const nodes = flags.read === undefined ? await nodesOf(flags) : undefined
  view.begin(() => ending.abort())
  try {
    if (nodes !== undefined) {
      await followAll(nodes, {
        filter: '',
        raw: true,
        signal: ending.signal,
        onLines: (lines) => view.add(lines),
        onLinks: (up, all) =>
          view.status(
            all === 1 ? (up === 1 ? nodes[0]!.endpoint.name : 'not connected: trying again') : `${up} of ${all} nodes`,
          ),
      })
    } else {
      view.status('reading')
      for await (const lines of await captureOf(flags.read!)) {
        if (ending.signal.aborted) break
        view.add(lines)
        await new Promise((resolve) => setImmediate(resolve))
      }
      view.status(flags.read!.join(' '))
      if (!ending.signal.aborted)
        await new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }))
    }
  } finally {
    view.end()
  }
  process.exitCode = exitCodes.done
}

class View {
  readonly #model = new Model()
  readonly #timer: NodeJS.Timeout
  #look: Look
  #drawn: readonly string[] = []
  #isStale = true
  #quit: () => void = () => {}

  constructor(filter: string) {
    this.#model.setFilter(filter)
    const look = { pane: 'list', cursor: 0, scroll: 0, follow: true, event: undefined } as const
    this.#look = { ...look, typing: undefined, fault: undefined, status: 'connecting' }
    this.#timer = setInterval(() => this.#draw(), frameMs)
  }

  begin(quit: () => void): void {
    const { stdin, stdout } = process
    this.#quit = quit
    emitKeypressEvents(stdin)
    stdin.setRawMode(true)
    stdin.resume()
    stdin.on('keypress', this.#onKey)
    stdout.on('resize', this.#onResize)
    process.on('SIGTERM', quit)
    process.on('exit', restore)
    // Another screen, no cursor.
    stdout.write('\x1b[?1049h\x1b[?25l')
    this.#draw()
  }

  end(): void {
    const { stdin, stdout } = process
    clearInterval(this.#timer)
    stdin.off('keypress', this.#onKey)
    stdout.off('resize', this.#onResize)
    process.off('SIGTERM', this.#quit)
    process.off('exit', restore)
    restore()
    stdin.pause()
  }

  add(lines: Parameters<Model['add']>[0]): void {
    const gone = this.#model.add(lines)
    if (gone > 0 && !this.#look.follow) this.#look = { ...this.#look, cursor: Math.max(0, this.#look.cursor - gone) }
    this.#isStale = true
  }

  status(status: string): void {
    this.#look = { ...this.#look, status }
    this.#isStale = true
  }

  readonly #onKey = (text: string | undefined, key: Key): void => {
    const next = pressed(this.#model, this.#look, { text, key, page: bodyRowsOf(sizeOf()) })
    if (next === 'quit') this.#quit()
    else this.#look = next
    this.#isStale = true
    this.#draw()
  }

  readonly #onResize = (): void => {
    this.#drawn = []
    this.#isStale = true
    process.stdout.write('\x1b[2J')
  }

  /** Writes the lines that changed, all at once. */
  #draw(): void {
    if (!this.#isStale || process.stdout.writableNeedDrain) return
    this.#isStale = false
    const lines = screen(this.#model, this.#look, sizeOf()).map(({ text, style }) => styles[style](text))
    let out = ''
    lines.forEach((line, row) => {
      if (line !== this.#drawn[row]) out += `\x1b[${row + 1};1H${line}\x1b[K`
    })
    this.#drawn = lines
    if (out !== '') process.stdout.write(out)
  }
}

const sizeOf = () => ({ columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24 })

function restore(): void {
  process.stdout.write('\x1b[?25h\x1b[?1049l')
  if (process.stdin.isTTY) process.stdin.setRawMode(false)
}
