import { readFileSync } from 'node:fs'

/** The nearest package.json above this file: one folder up in the sources, two in the build. */
export function packageVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const { version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string }
      return version
    } catch {}
  }
  return 'unknown'
}
