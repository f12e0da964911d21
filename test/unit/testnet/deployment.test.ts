/** The files in scripts/testnet run the command as it is: every flag in them exists. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addJoin } from '../../../node/commands/join.js'
import { addTestnet } from '../../../node/commands/testnet.js'

const program = new Command()
addJoin(program)
addTestnet(program)
const join = program.commands.find((command) => command.name() === 'join')!
const testnet = program.commands.find((command) => command.name() === 'testnet')!
const flagsOf = ({ options }: Command): readonly string[] => options.flatMap(({ long }) => long ?? [])
const known = new Set([join, ...testnet.commands].flatMap(flagsOf))
const ofOthers = /--(from|build|volumes|omit|global|now|file|ignore-scripts)\b/

describe('the files for containers and services', () => {
  it.each(['compose.yaml', 'kubernetes.yaml', 'overage-bootstrap.service'])('use flags that exist: %s', (file) => {
    const text = readFileSync(new URL(`../../../scripts/testnet/${file}`, import.meta.url), 'utf8')
    const used = [...text.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag).filter((flag) => !ofOthers.test(flag))
    expect(used).toContain('--folder')
    expect(used.filter((flag) => !known.has(flag))).toEqual([])
  })
})
