/** Kills daemons at as many different system calls as asked for, over all scenarios. */
import { openRedisServer } from '../../rig/redis-server.ts'
import type { Finding } from '../auditor.ts'
import { chanceFrom } from '../simulation/chance.ts'
import { countPoints, killAgainAndAgain, type Points } from './chain.ts'
import { type Scenario, scenarios } from './scenarios.ts'

type Result = {
  /** Each at a point of its own: the n-th call of a name in a scenario. */
  kills: number
  /** Points to which a life never came. */
  missed: number
  /** System calls of one life in each scenario: what was chosen from. */
  points: Map<string, number>
  findings: Array<Finding & { scenario: string; seed: number }>
}

/** Fewer than `count` where no more are left. `say` is told of each lab as it ends. Lanes work side by side, each with a Redis of its own. */
export async function killPoints(
  count: number,
  { seed, lanes, say = () => {} }: { seed: number; lanes: number; say?: (line: string) => void },
): Promise<Result> {
  const counted = await countAll()
  const told: Result = {
    kills: 0,
    missed: 0,
    points: new Map(
      [...counted].map(([{ name }, points]) => [name, points.first.length + points.later.length]),
    ),
    findings: [],
  }
  let next = 0
  const lane = async (): Promise<void> => {
    await using redis = await openRedisServer()
    while (told.kills < count) {
      const number = next++
      const untried = [...counted].filter(([, { first, later }]) => first.length > 0 && later.length > 0)
      const [scenario, points] = untried[number % untried.length] ?? []
      if (scenario === undefined || points === undefined) return
      const chance = chanceFrom(seed + number)
      const { kills, missed, findings } = await killAgainAndAgain(scenario, points, {
        ...{ redis, chance },
        prefix: `chain-${number}`,
      }).catch((thrown: unknown) => ({
        // One lab that never came to rest must not end the others.
        ...{ kills: [], missed: 0 },
        findings: [{ rule: 'no-peace', what: String(thrown) }],
      }))
      told.kills += kills.length
      told.missed += missed
      told.findings.push(...findings.map((one) => ({ ...one, scenario: scenario.name, seed: seed + number })))
      const at = kills.map(({ call, nth }) => `${call} ${nth}`).join(', ')
      say(`seed ${seed + number}: ${scenario.name}: killed at ${at}; ${findings.length} findings`)
      for (const { rule, what } of findings) say(`  ${rule}: ${what}`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return told
}

async function countAll(): Promise<Map<Scenario, Points>> {
  await using redis = await openRedisServer()
  const counted = new Map<Scenario, Points>()
  // The very first life also writes what Node.js keeps of compiled modules.
  for (const scenario of scenarios.slice(0, 1)) await countPoints(scenario, { redis, prefix: 'warm' })
  for (const [index, scenario] of scenarios.entries())
    counted.set(scenario, await countPoints(scenario, { redis, prefix: `count-${index}` }))
  return counted
}
