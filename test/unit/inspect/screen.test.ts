import { describe, expect, it } from 'vitest'
import { Model } from '../../../node/inspect/model.js'
import { type Look, screen } from '../../../node/inspect/screen.js'
import { type Key, pressed } from '../../../node/inspect/view-keys.js'
import type { InspectEvent } from '../../../src/inspect/event.js'
import { ann, ben, bid, everyEvent, noonUs, topic } from './samples.js'

const size = { columns: 100, rows: 20 }
const start: Look = {
  pane: 'list',
  cursor: 0,
  scroll: 0,
  follow: true,
  event: undefined,
  typing: undefined,
  fault: undefined,
  status: 'ann',
}

function modelOf(events = everyEvent): Model {
  const model = new Model()
  model.add([
    { type: 'capture', version: 1, node: ann, name: 'ann', market: 'demo', at: noonUs },
    { type: 'capture', version: 1, node: ben, name: 'ben', market: 'demo', at: noonUs },
    ...events,
  ])
  return model
}

const rowsOf = ({ log }: Model): readonly InspectEvent[] => log.rows(0, log.matched)

const textOf = (model: Model, look: Look, at = size): string =>
  screen(model, look, at)
    .map(({ text }) => text)
    .join('\n')

/** Presses keys one after the other: a word is a key's name, anything else is typed. */
function press(model: Model, look: Look, ...keys: readonly string[]): Look {
  return keys.reduce((before, key) => {
    const named: Key = key.length > 1 ? { name: key } : { name: key.toLowerCase(), sequence: key }
    const after = pressed(model, before, { text: key.length > 1 ? undefined : key, key: named, page: 10 })
    if (after === 'quit') throw new Error('it quit')
    return after
  }, look)
}

describe('the screen', () => {
  it('has as many lines as the terminal, none longer than it is wide, whatever it shows', () => {
    for (const pane of ['list', 'detail', 'hex', 'mesh', 'bandwidth', 'tree', 'help'] as const) {
      for (const rows of [3, 20, 60]) {
        const lines = screen(modelOf(), { ...start, pane, event: everyEvent[0] }, { columns: 40, rows })
        expect(lines).toHaveLength(rows)
        for (const { text } of lines) expect(text.length).toBeLessThanOrEqual(40)
      }
    }
  })

  it('shows names for peers, and a message of the market by what it says', () => {
    expect(textOf(modelOf(), start)).toMatch(/ann +← ben +bid +190 B {2}ann\/1 {2}8 GB at 9\.50/)
  })

  it('lets no control character of a peer reach the terminal', () => {
    const evil = 'evil\u001b[2J\u0007'
    const model = modelOf([{ type: 'mesh', n: 1, at: noonUs, node: ann, change: 'graft', peer: ben, topic: evil }])
    for (const pane of ['list', 'mesh'] as const) {
      const text = textOf(model, { ...start, pane })
      expect(text).toContain('evil')
      expect([...text].filter((character) => character < ' ' && character !== '\n')).toEqual([])
    }
  })

  it('filters as one types, keeps the last filter that could be read, and shows what is wrong with this one', () => {
    const model = modelOf()
    let look = press(model, start, '/', ...'bid')
    expect(rowsOf(model)).toEqual([bid])
    look = press(model, look, ...' & pric')
    expect(rowsOf(model)).toEqual([bid])
    expect(textOf(model, look)).toContain('^ expected a field with a comparison')
    look = press(model, look, ...'e>9.4')
    expect(look.fault).toBeUndefined()
    expect(press(model, look, 'return').typing).toBeUndefined()
    expect(model.filterText).toBe('bid & price>9.4')
    press(model, look, 'escape')
    expect(rowsOf(model)).toHaveLength(everyEvent.length)
  })

  it('counts data and control in and out for each peer and topic, of the RPCs that pass the filter alone', () => {
    const model = modelOf()
    const all = textOf(model, { ...start, pane: 'bandwidth' })
    // 60 of the 700 bytes that came from ann are not the message's data.
    expect(all).toMatch(/ben ↔ ann +0 B +0 B +640 B +60 B .*overage\/1\/demo\/offe/)
    expect(all).toMatch(/ben ↔ ben +12 B +688 B +0 B +0 B .*other/)
    expect(all).toMatch(/ann ↔ ben +0 B +91 B +0 B +0 B .*no topic, or several/)
    model.setFilter('topic=other')
    const some = textOf(model, { ...start, pane: 'bandwidth' })
    expect(some).toMatch(/ben ↔ ben +12 B +688 B/)
    expect(some).not.toContain('ann ↔')
    model.add([{ ...everyEvent[2]!, n: 13 } as InspectEvent])
    expect(textOf(model, { ...start, pane: 'bandwidth' })).toMatch(/ben ↔ ben +24 B +1\.4 KB/)
    model.setFilter('bid')
    expect(textOf(model, { ...start, pane: 'bandwidth' })).toContain('no RPC passes the filter')
  })

  it('shows the links of the mesh that pass the filter', () => {
    const link = (node: string, peer: string): InspectEvent => ({
      type: 'mesh',
      n: 1,
      at: noonUs,
      node,
      change: 'graft',
      peer,
      topic,
    })
    const model = modelOf([link(ann, ben), { ...link(ben, ann), standing: true } as InspectEvent])
    const mesh = (): string => textOf(model, { ...start, pane: 'mesh' })
    expect(mesh()).toMatch(
      /ann *\n {2}overage\/1\/demo\/offers\/0 {3}1: ben *\nben *\n {2}overage\/1\/demo\/offers\/0 {3}1: ann/,
    )
    model.setFilter('node=ben')
    expect(mesh()).not.toContain('1: ben')
    expect(mesh()).toContain('1: ann')
    model.setFilter('topic=other')
    expect(mesh()).toContain('no link of a mesh passes the filter')
    model.setFilter('')
    model.add([{ ...link(ann, ben), change: 'prune' } as InspectEvent])
    expect(mesh()).not.toContain('1: ben')
  })

  it('pauses on an event that was chosen, shows it in detail, then in hex, and goes back', () => {
    const model = modelOf([{ ...bid, raw: Buffer.from('hello bid').toString('base64') }, ...everyEvent])
    const paused = press(model, start, 'g')
    expect(paused).toMatchObject({ follow: false, cursor: 0 })
    const detail = press(model, paused, 'return')
    expect(textOf(model, detail)).toContain('"quantity": 8000')
    expect(textOf(model, detail)).not.toContain('"raw"')
    const hex = press(model, detail, 'return')
    expect(textOf(model, hex)).toContain('68 65 6c 6c 6f 20 62 69  64')
    expect(press(model, hex, 'escape').pane).toBe('list')
    expect(press(model, paused, 'space').follow).toBe(true)
  })

  it('stays on the chosen event when the oldest ones are forgotten', () => {
    const model = new Model()
    const many = Array.from({ length: 20_000 }, (_, n) => ({ ...bid, n }))
    expect(model.add(many)).toBe(0)
    expect(model.add(Array.from({ length: 6_000 }, (_, n) => ({ ...bid, n: 20_000 + n })))).toBe(6_000)
    expect(rowsOf(model)[0]).toMatchObject({ n: 6_000 })
  })
})
