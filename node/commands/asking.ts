/** What the commands that ask or tell a running node have in common. */
import type { Command } from 'commander'
import type { ApiClient } from '../api/client.js'

export interface AskingOptions {
  readonly node?: string
  readonly json?: boolean
}

/** Adds the options that say which node is meant, and for whom the answer is. */
export const asking = (command: Command): Command =>
  command
    .option('--node <folder>', 'the folder of the node; default: the only one that runs under .overage')
    .option('--json', 'print the answer of its API as JSON')

/** Asks, and prints the answer as JSON, or as `print` has it. */
export async function answer<T>(
  { node, json = false }: AskingOptions,
  ask: (client: ApiClient) => Promise<T>,
  print: (answer: T) => string,
): Promise<void> {
  const { clientOf } = await import('../api/client.js')
  const found = await ask(await clientOf(node))
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : print(found))
}

export const helpWith = (...examples: readonly string[]): string =>
  `\nExamples:\n${examples.map((example) => `  $ ${example}\n`).join('')}`
