/** The files in scripts/testnet run the command as it is: each of their command lines is one that it takes. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addJoin } from '../../../node/commands/join.js'
import { addTestnet } from '../../../node/commands/testnet.js'

const textOf = (file: string): string =>
  readFileSync(new URL(`../../../scripts/testnet/${file}`, import.meta.url), 'utf8')

/** Parses a command line as `overage` does, without doing anything. @throws CommanderError where it would refuse. */
function parsed(line: readonly string[]): string {
  const program = new Command('overage')
  addJoin(program)
  addTestnet(program)
  let ran = ''
  const tame = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => {} })
    if (command.commands.length === 0)
      command.action(() => {
        ran = command.name()
      })
    command.commands.forEach(tame)
  }
  tame(program)
  program.parse([...line], { from: 'user' })
  return ran
}

const quoted = (list: string): readonly string[] =>
  list.split(',').map((item) => item.trim().replace(/^['"]|['"]$/g, ''))

/** What follows `command:` or `args:`, as a list in brackets or item by item. */
const listsIn = (text: string): readonly (readonly string[])[] => [
  ...[...text.matchAll(/(?:command|args): \[(.*)\]$/gm)].map(([, list]) => quoted(list!)),
  ...[...text.matchAll(/args:\n((?: +- .*\n)+)/g)].map(([, items]) =>
    [...items!.matchAll(/- (.*)/g)].map((m) => m[1]!),
  ),
]
const shellLinesIn = (text: string): readonly (readonly string[])[] =>
  [...text.matchAll(/overage ((?:testnet|join) [^;'\n]*)/g)].map(([, line]) => line!.trim().split(/\s+/))

const lines: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'compose.yaml': [
    ...listsIn(textOf('compose.yaml')).filter(([first]) => first === 'testnet' || first === 'join'),
    ...shellLinesIn(textOf('compose.yaml')),
  ],
  'kubernetes.yaml': listsIn(textOf('kubernetes.yaml')),
  'overage-bootstrap.service': shellLinesIn(/^ExecStart=.*$/m.exec(textOf('overage-bootstrap.service'))![0]),
}

describe('the files for containers and services', () => {
  it.each([
    ['compose.yaml', ['bootstrap', 'join', 'join', 'join', 'join', 'init']],
    ['kubernetes.yaml', ['join', 'bootstrap']],
    ['overage-bootstrap.service', ['bootstrap']],
  ])('run command lines that there are: %s', (file, commands) => {
    expect(lines[file]!.map(parsed)).toEqual(commands)
  })

  it('are held against the command itself, which refuses a flag that it does not know, and one too few', () => {
    expect(() => parsed(['join', '--sells', '5GB'])).toThrow(/unknown option/)
    expect(() => parsed(['testnet', 'bootstrap'])).toThrow(/--bundle/)
  })
})
