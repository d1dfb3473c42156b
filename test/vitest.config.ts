import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Vitest begins with the largest files; these are small and take the longest, and would end alone. */
const LONG = ['reliability/kill-points', 'ops/browser', 'cli/explain', 'reliability/simulation.']

const isLong = (file: TestSpecification): boolean =>
  LONG.some((name) => file.moduleId.includes(`/test/${name}`))

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files)
    return [...bySize.filter(isLong), ...bySize.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    benchmark: { include: ['test/bench/**/*.bench.ts'] },
    sequence: { sequencer: LongestFirst },
    // A flow test runs a daemon, a redis-server and a sandbox; two cores carry two of them.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})
