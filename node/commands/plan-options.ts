import type { Command } from 'commander'

/** Adds to `command` the flags that say what a person sells and wants. */
export function withPlanOptions(command: Command): Command {
  return command
    .option('--sell <data>', 'offer so much, such as 5GB')
    .option('--floor <price>', 'for at least so much per GB')
    .option('--policy <name>', 'how the reserve follows demand: tracking, fixed, loser, clearing (default: tracking)')
    .option('--closes-after <time>', 'end the offer after so long (default: 24h)')
    .option('--buy <data>', 'want up to so much, such as 12GB')
    .option('--sigma <value>', 'what the first GB is worth, about')
    .option('--alpha <share>', 'how fast further ones lose value (default: 0.5)')
    .option('--budget <amount>', 'the most that all purchases may cost')
    .option('--strategy <name>', 'how to bid (default: minimal-pool)')
}
