/** Benchmarks, one after the other: two at once would measure each other. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: [],
    benchmark: { include: ['test/bench/**/*.bench.ts'] },
    globalSetup: ['test/bench/results.ts'],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
})
