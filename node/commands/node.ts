import type { Command } from 'commander'
export function addNode(_program: Command): void {}
