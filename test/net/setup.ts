import type { TestProject } from 'vitest/node'
import { whyNoLab } from './lab/allowed.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why this machine can hold no lab; empty where it can. */
    readonly whyNoLab: string
  }
}

/** Finds out once whether this machine can hold a lab, and says so loudly where it cannot. */
export default async function setup({ provide }: TestProject): Promise<void> {
  const reason = await whyNoLab()
  provide('whyNoLab', reason ?? '')
  if (reason !== undefined) process.stderr.write(`\n*** SKIPPED: npm run test:net did not run: ${reason} ***\n\n`)
}
