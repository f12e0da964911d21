/** Pictures without a browser: Vega-Lite to SVG as text. */
import type { TopLevelSpec } from 'vega-lite'
import type { Spec } from './study.js'

/** Greys and hues of middle lightness, which stand out from white and from near-black alike. */
const grey = '#7a828c'
const faint = '#7a828c40'

const config = {
  background: null,
  font: 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
  padding: 12,
  view: { stroke: null },
  title: { color: grey, fontSize: 15, anchor: 'start', offset: 14, subtitleColor: grey, subtitleFontSize: 12 },
  axis: {
    labelColor: grey,
    titleColor: grey,
    domainColor: grey,
    tickColor: grey,
    gridColor: faint,
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 12,
  },
  header: { labelColor: grey, titleColor: grey, labelFontSize: 12 },
}

/** Without a canvas Vega takes every letter for a wide one; this is an average of the fonts above. */
const letterWidth = 0.56

interface Metrics {
  width(item: { readonly fontSize?: number; readonly text?: unknown }, text?: unknown): number
}

/** Loaded only when a picture is made: it takes longer to load than most commands take. */
export async function svgOf(spec: Spec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const themed = { ...spec, config: { ...config, ...(spec['config'] as object | undefined) } }
  ;(vega as unknown as { readonly textMetrics: Metrics }).textMetrics.width = (
    { fontSize = 11, text: own },
    text = own,
  ) => letterWidth * fontSize * String(text ?? '').length
  const view = new vega.View(vega.parse(compile(themed as unknown as TopLevelSpec).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
