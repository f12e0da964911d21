import { expect, it } from 'vitest'
import { junitOf } from '../../../node/scenario/junit.js'
import { parseXml } from './xml.js'

const passed = {
  scenario: 'a <quiet> "day" & night',
  file: 'quiet.yaml',
  folder: null,
  passed: true,
  steps: [{ what: 'expect delay.p95<1s', atMs: 1_000, tookMs: 250, misses: [] }],
}
const failed = {
  scenario: 'storm',
  file: 'storm.yaml',
  folder: '/somewhere/storm',
  passed: false,
  steps: [
    { what: 'kill ann', atMs: 10, tookMs: 5, misses: [] },
    {
      what: 'expect rest',
      atMs: 20,
      tookMs: 9_000,
      misses: [
        { expected: 'the market at rest', seen: 'ben not' },
        { expected: 'dup<3', seen: 'a\u0000b\u001b[31m & "c"\n\td' },
      ],
    },
  ],
}

it('a suite a scenario, a case a step, and of what failed what was expected, what was seen, and where the logs are', () => {
  const { name, children } = parseXml(junitOf([passed, failed]))
  expect(name).toBe('testsuites')
  expect(children.map(({ attributes }) => attributes)).toEqual([
    { name: passed.scenario, tests: '1', failures: '0' },
    { name: 'storm', tests: '2', failures: '1' },
  ])
  const cases = children.flatMap((suite) => suite.children)
  expect(cases.map(({ attributes }) => attributes)).toEqual([
    { classname: passed.scenario, name: '1. expect delay.p95<1s', time: '0.25' },
    { classname: 'storm', name: '1. kill ann', time: '0.005' },
    { classname: 'storm', name: '2. expect rest', time: '9' },
  ])
  expect(cases.map((one) => one.children.length)).toEqual([0, 0, 1])
  const [failure] = cases[2]!.children
  const said = 'expected the market at rest; seen: ben not\nexpected dup<3; seen: a\ufffdb\ufffd[31m & "c"\n\td'
  expect(failure).toMatchObject({ name: 'failure', attributes: { message: said } })
  expect(failure!.text).toBe(`${said}\nstores and logs: /somewhere/storm`)
})

it('nothing that was played is a file too', () => {
  expect(parseXml(junitOf([])).children).toEqual([])
})
