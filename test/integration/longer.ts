import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    readonly longer: boolean
  }
}

/** Whether a suite that has a longer form runs it: vitest.longer.config.ts says so, vitest.config.ts does not. */
export const isLonger = inject('longer')
