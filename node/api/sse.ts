/** Server-sent events as they are read, here and on the page: browsers' own reader cannot send a token. */

export interface Received {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/** Events out of text that comes in pieces. */
export class EventParser {
  readonly #onEvent: (event: Received) => void
  #rest = ''

  constructor(onEvent: (event: Received) => void) {
    this.#onEvent = onEvent
  }

  push(text: string): void {
    const blocks = (this.#rest + text).split('\n\n')
    this.#rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = eventIn(block)
      if (event !== undefined) this.#onEvent(event)
    }
  }
}

function eventIn(block: string): Received | undefined {
  let id: string | undefined
  let event = 'message'
  let data: string | undefined
  for (const line of block.split('\n')) {
    if (line.startsWith('data: ')) data = data === undefined ? line.slice(6) : `${data}\n${line.slice(6)}`
    else if (line.startsWith('event: ')) event = line.slice(7)
    else if (line.startsWith('id: ')) id = line.slice(4)
  }
  return data === undefined ? undefined : { id, event, data }
}

/** Reads to the end of the stream. Rejects when it breaks off. `onBytes` hears of every sign of life, comments included. */
export async function readStream(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: Received) => void,
  onBytes: () => void = () => {},
): Promise<void> {
  const decoder = new TextDecoder()
  const parser = new EventParser(onEvent)
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onBytes()
    parser.push(decoder.decode(value, { stream: true }))
  }
}
