/** Reads XML as strictly as its grammar is: what a build server would refuse is an error here. Elements, attributes and text only. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
}

const head = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/
const opening = /<([A-Za-z][\w.-]*)((?:\s+[A-Za-z][\w.-]*="[^"<]*")*)\s*(\/?)>/y
const attribute = /([A-Za-z][\w.-]*)="([^"<]*)"/g
const characters = /[^<]*/y

/** @throws an Error at the first character that does not belong. */
export function parseXml(source: string): Element {
  const text = source.replace(head, '')
  const { element, end } = elementAt(text, 0)
  if (text.slice(end).trim() !== '') throw new Error(`something follows the root: ${text.slice(end, end + 20)}`)
  return element
}

function elementAt(source: string, start: number): { readonly element: Element; readonly end: number } {
  opening.lastIndex = start
  const found = opening.exec(source)
  if (found === null) throw new Error(`no element at ${start}: ${source.slice(start, start + 40)}`)
  const [whole, name = '', written = '', closed] = found
  const pairs = [...written.matchAll(attribute)].map(([, key = '', value = '']) => [key, plain(value)] as const)
  if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute of ${name} is there twice`)
  const attributes = Object.fromEntries(pairs)
  const children: Element[] = []
  let [text, at] = ['', start + whole.length]
  if (closed === '/') return { element: { name, attributes, children, text }, end: at }
  for (;;) {
    characters.lastIndex = at
    const run = characters.exec(source)![0]
    text += plain(run)
    at += run.length
    const close = `</${name}>`
    if (source.startsWith(close, at)) return { element: { name, attributes, children, text }, end: at + close.length }
    const child = elementAt(source, at)
    children.push(child.element)
    at = child.end
  }
}

/** Text without its references. XML 1.0 allows no control characters but three. */
function plain(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  const read = text.replace(/&([^;]*);?/g, (reference, body: string) => {
    const code = /^#(\d+)$/.exec(body)?.[1]
    const meant = code === undefined ? named[body] : String.fromCodePoint(Number(code))
    if (meant === undefined || !reference.endsWith(';')) throw new Error(`no reference: ${reference}`)
    return meant
  })
  const stray = [...read].find((character) => character < ' ' && !'\t\n\r'.includes(character))
  if (stray !== undefined) throw new Error(`a character that XML does not have: ${stray.codePointAt(0)}`)
  return read
}
