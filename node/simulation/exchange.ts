/** How the threads of one market talk: each waits for the others' words where it stands, without a turn of its event loop. */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'

/** One thread's end of it; what it consists of can be handed to the thread. */
export interface ExchangeEnd {
  readonly self: number
  /** To each thread; to itself none. */
  readonly ports: readonly (MessagePort | undefined)[]
  /** For each thread how often it was written to, over all threads together. */
  readonly written: Int32Array
}

/** Ends that are connected, one for each of `threads`. */
export function exchangeEnds(threads: number): readonly ExchangeEnd[] {
  const ports: (MessagePort | undefined)[][] = Array.from({ length: threads }, () => [])
  for (let a = 0; a < threads; a++) {
    for (let b = a + 1; b < threads; b++) {
      const { port1, port2 } = new MessageChannel()
      ports[a]![b] = port1
      ports[b]![a] = port2
    }
  }
  const written = new Int32Array(new SharedArrayBuffer(threads * Int32Array.BYTES_PER_ELEMENT))
  return ports.map((own, self) => ({ self, ports: Array.from({ length: threads }, (_, to) => own[to]), written }))
}

export const portsOf = ({ ports }: ExchangeEnd): MessagePort[] => ports.filter((port) => port !== undefined)

export class Exchange<Word> {
  readonly #end: ExchangeEnd

  constructor(end: ExchangeEnd) {
    this.#end = end
  }

  /** Tells each thread its word and returns what each said to this one, its own word among them. */
  exchange(words: readonly Word[]): readonly Word[] {
    for (const [to, word] of words.entries()) this.tell(to, word)
    return words.map((word, from) => (from === this.#end.self ? word : this.hear(from)))
  }

  tell(to: number, word: unknown): void {
    const { ports, written } = this.#end
    const port = ports[to]
    if (port === undefined) return
    port.postMessage(word)
    Atomics.add(written, to, 1)
    Atomics.notify(written, to)
  }

  /** The next that another thread said. */
  hear<Said = Word>(from: number): Said {
    const { ports, written, self } = this.#end
    for (;;) {
      // Read before the port is looked at: whatever is written after that ends the wait.
      const before = Atomics.load(written, self)
      const said: { readonly message: Said } | undefined = receiveMessageOnPort(ports[from]!)
      if (said !== undefined) return said.message
      Atomics.wait(written, self, before)
    }
  }
}
