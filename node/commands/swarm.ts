import type { Command } from 'commander'
export function addSwarm(_program: Command): void {}
