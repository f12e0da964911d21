import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { studies } from '../../../node/study/studies.js'
import { svgOf } from '../../../node/study/svg.js'
import { sampleOf } from './samples.js'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

const charts = studies.flatMap((study) =>
  study.charts(sampleOf(study).rows).map((chart) => ({ ...chart, title: `${study.name}-${chart.name}` })),
)

describe.each(charts)('the picture $title', ({ spec }) => {
  it('is well-formed, transparent, and drawn without a number missing', async () => {
    const svg = await svgOf(spec)
    expect(faultIn(svg)).toBeUndefined()
    expect(svg).not.toMatch(/NaN|undefined|null/)
    // A background would hide what it stands on.
    expect(svg).not.toMatch(/<rect[^>]*fill="white"/)
    expect(console.warn).not.toHaveBeenCalled()
  })
})

describe('a picture', () => {
  it('is the same text for the same rows', async () => {
    const [first, second] = await Promise.all([svgOf(charts[0]!.spec), svgOf(charts[0]!.spec)])
    expect(first).toBe(second)
  })

  it('says what it shows, and names its axes', async () => {
    const svg = await svgOf(charts.find(({ title }) => title === 'views-messages')!.spec)
    for (const words of ['What a wider view costs', 'offers that a buyer looks at', '20 buyers', '50 buyers'])
      expect(svg).toContain(words)
  })
})

/** The first tag that does not fit, or undefined where the text is well-formed as far as tags go. */
function faultIn(xml: string): string | undefined {
  const open: string[] = []
  const tags = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g
  const rest = xml.replace(tags, (tag, closing: string, name: string, _attributes: string, empty: string) => {
    if (closing === '') {
      if (empty === '') open.push(name)
      return ''
    }
    return open.pop() === name ? '' : `<${tag}`
  })
  return rest.includes('<') ? rest.slice(rest.indexOf('<'), rest.indexOf('<') + 60) : open.pop()
}
