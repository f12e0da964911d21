import type { KeptResult } from './result.js'

/** Results as JUnit has them: a suite a scenario, a case a step. */
export function junitOf(results: readonly KeptResult[]): string {
  const suites = results.map(({ scenario, steps, folder }) => {
    const failures = steps.filter(({ misses }) => misses.length > 0).length
    const cases = steps.map(({ what, tookMs, misses }, index) => {
      const head = `    <testcase classname="${escaped(scenario)}" name="${index + 1}. ${escaped(what)}" time="${tookMs / 1_000}"`
      if (misses.length === 0) return `${head}/>`
      const text = misses.map(({ expected, seen }) => `expected ${expected}; seen: ${seen}`).join('\n')
      return `${head}>\n      <failure message="${escaped(text)}">${escaped(`${text}\nstores and logs: ${folder}`)}</failure>\n    </testcase>`
    })
    return `  <testsuite name="${escaped(scenario)}" tests="${steps.length}" failures="${failures}">\n${cases.join('\n')}\n  </testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}

/** XML 1.0 has no control characters but these three, not even as references; names and errors may. */
const escaped = (text: string): string =>
  [...text].map((character) => (isControl(character) ? '\ufffd' : (entities.get(character) ?? character))).join('')

const isControl = (character: string): boolean => character < ' ' && !entities.has(character)
const entities = new Map([...'&<>"\n\r\t'].map((character) => [character, `&#${character.charCodeAt(0)};`]))
