import { defineConfig, mergeConfig } from 'vitest/config'
import everyday from './vitest.config.js'

/** `npm run test:attacks`, `npm run soak:sync`: suites that `npm test` runs in little. A file and not a variable, since not every shell sets one so. */
export default mergeConfig(everyday, defineConfig({ test: { provide: { longer: true } } }))
