/** What a key does to where one looks. */
import type { Model } from './model.js'
import type { Look, Pane } from './screen.js'

export interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean
  readonly sequence?: string
}

export interface Press {
  /** What it types, if anything. */
  readonly text: string | undefined
  readonly key: Key
  /** Rows that a page has. */
  readonly page: number
}

/** Takes a new filter into `model` as it is typed; everything else is in what it returns. */
export function pressed(model: Model, look: Look, press: Press): Look | 'quit' {
  const { key, text } = press
  if (key.ctrl === true && key.name === 'c') return 'quit'
  if (look.typing !== undefined) return typed(model, look, press)
  const panes: Readonly<Record<string, Pane>> = { m: 'mesh', b: 'bandwidth', t: 'tree', '?': 'help' }
  const pane = text === undefined ? undefined : panes[text]
  if (pane !== undefined) return { ...look, pane, scroll: 0, event: chosen(model, look) }
  switch (key.name) {
    case 'q':
      return look.pane === 'list' ? 'quit' : { ...look, pane: 'list' }
    case 'escape':
      return { ...look, pane: 'list', fault: undefined }
    case 'return':
      return { ...look, pane: look.pane === 'detail' ? 'hex' : 'detail', scroll: 0, event: chosen(model, look) }
    case 'space':
      return look.follow ? { ...look, follow: false, cursor: model.log.matched - 1 } : { ...look, follow: true }
    case 'c':
      model.setFilter('')
      return look
    case 'g':
      return press.key.sequence === 'G'
        ? { ...look, pane: 'list', follow: true }
        : moved(model, look, Number.NEGATIVE_INFINITY)
    case 'up':
    case 'k':
      return moved(model, look, -1)
    case 'down':
    case 'j':
      return moved(model, look, 1)
    case 'pageup':
      return moved(model, look, -press.page)
    case 'pagedown':
      return moved(model, look, press.page)
  }
  return text === '/' ? { ...look, pane: 'list', typing: model.filterText } : look
}

function typed(model: Model, look: Look, { key, text }: Press): Look {
  if (key.name === 'escape') {
    model.setFilter('')
    return { ...look, typing: undefined, fault: undefined }
  }
  if (key.name === 'return') return look.fault === undefined ? { ...look, typing: undefined } : look
  const before = look.typing ?? ''
  const typing = key.name === 'backspace' ? before.slice(0, -1) : `${before}${printable(text)}`
  return { ...look, typing, fault: model.setFilter(typing) }
}

const printable = (text: string | undefined): string => (text !== undefined && /^[^\p{C}]+$/u.test(text) ? text : '')

function chosen({ log }: Model, { pane, event, follow, cursor }: Look): Look['event'] {
  if (pane !== 'list') return event
  const last = log.matched - 1
  const place = follow ? last : Math.min(cursor, last)
  return log.rows(place, place + 1)[0]
}

function moved({ log }: Model, look: Look, rows: number): Look {
  if (look.pane !== 'list') return { ...look, scroll: Math.max(0, look.scroll + rows) }
  const last = log.matched - 1
  const from = look.follow ? last : Math.min(look.cursor, last)
  return { ...look, follow: false, cursor: Math.max(0, Math.min(last, from + rows)) }
}
