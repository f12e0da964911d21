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
    titlePadding: 8,
  },
  header: { labelColor: grey, titleColor: grey, labelFontSize: 12 },
}

/** Loaded only when a picture is made: it takes longer to load than most commands take. */
export async function svgOf(spec: Spec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const themed = { ...spec, config: { ...config, ...(spec['config'] as object | undefined) } }
  const view = new vega.View(vega.parse(compile(themed as unknown as TopLevelSpec).spec), { renderer: 'none' })
  try {
    return `${await view.toSVG()}\n`
  } finally {
    view.finalize()
  }
}
