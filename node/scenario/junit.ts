import type { ScenarioResult } from './play.js'

/** Results as JUnit has them: a suite a scenario, a case a step. */
export function junitOf(results: readonly ScenarioResult[]): string {
  const suites = results.map(({ scenario, steps, folder }) => {
    const failures = steps.filter(({ misses }) => misses.length > 0).length
    const cases = steps.map(({ what, tookMs, misses }, index) => {
      const head = `    <testcase classname="${escaped(scenario)}" name="${index + 1}. ${escaped(what)}" time="${tookMs / 1_000}"`
      if (misses.length === 0) return `${head}/>`
      const text = misses.map(({ expected, seen }) => `expected ${expected}; seen: ${seen}`).join('\n')
      return `${head}>\n      <failure message="${escaped(text)}">${escaped(`${text}\nlogs: ${folder}`)}</failure>\n    </testcase>`
    })
    return `  <testsuite name="${escaped(scenario)}" tests="${steps.length}" failures="${failures}">\n${cases.join('\n')}\n  </testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}

const escaped = (text: string): string => text.replace(/[&<>"\n]/g, (character) => `&#${character.charCodeAt(0)};`)
