import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Needs a machine that allows network namespaces: npm run test:net.
    exclude: ['test/net/**', 'test/e2e/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Whether suites that have a longer form run it: vitest.longer.config.ts.
    provide: { longer: false },
    pool: 'forks',
    // As many as cores: much of the time goes by in waiting for nodes and processes.
    maxWorkers: '100%',
    // Output is compared as text, also where a CI would be given colours.
    env: { NO_COLOR: '1' },
  },
})
