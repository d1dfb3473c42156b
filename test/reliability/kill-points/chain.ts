/**
 * One lab whose daemon is killed again and again, each time at another system call: while it works, and while it recovers
 * from the kill before. Then it is left in peace, and the auditor compares what everybody says.
 */
import { type Lab, openLab } from '../../rig/lab.ts'
import type { RedisServer } from '../../rig/redis-server.ts'
import { audit, type Finding, type Row } from '../auditor.ts'
import { commitsOf, evidenceOf, type Notes, notes as newNotes, registriesOf, reportsOf } from '../evidence.ts'
import type { Chance } from '../simulation/chance.ts'
import type { Scenario } from './scenarios.ts'
import { counting, killing, type Point, pointsOf } from './strace.ts'

/** The system calls of a life that begins with nothing, and of one that finds what an earlier one left: those not tried yet. */
export type Points = { first: Point[]; later: Point[] }

type Told = { scenario: string; kills: Point[]; missed: number; findings: Finding[] }

const ROUNDS = 4

/** Kills the daemon up to four times, at points that are then struck off, and tells what became of everything. */
export async function killAgainAndAgain(
  scenario: Scenario,
  points: Points,
  { redis, prefix, chance }: { redis: RedisServer; prefix: string; chance: Chance },
): Promise<Told> {
  await using lab = await openScenario(scenario, redis, prefix)
  const noted = { ...newNotes(), wasKilled: true }
  const kills: Point[] = []
  let missed = 0
  for (let round = 1; round <= ROUNDS; round++) {
    const point = pick(round === 1 ? points.first : points.later, chance)
    if (point === null) break
    strike(points, point)
    const comesBefore = chance.happens(0.5)
    if (comesBefore) await scenario.step(lab, noted, round, round === ROUNDS)
    const wasKilled = await runUntilKilled(lab, noted, killing(point), async () => {
      if (!comesBefore) await scenario.step(lab, noted, round, round === ROUNDS)
    })
    if (wasKilled) kills.push(point)
    else missed += 1
  }
  await lab.start()
  await settled(lab, noted, { told: true })
  await lab.end()
  return { scenario: scenario.name, kills, missed, findings: audit(await evidenceOf(lab, noted)) }
}

/** Any call of a life; every other time any of the few of its name, which would else be drowned by the many. */
function pick(points: Point[], chance: Chance): Point | null {
  if (points.length === 0) return null
  if (chance.happens(0.5)) return chance.pick(points)
  const name = chance.pick([...new Set(points.map(({ call }) => call))])
  return chance.pick(points.filter(({ call }) => call === name))
}

/** The same call of the other life counts as the same point. */
function strike(points: Points, { call, nth }: Point): void {
  for (const life of ['first', 'later'] as const)
    points[life] = points[life].filter((one) => one.call !== call || one.nth !== nth)
}

/** Every system call at which a daemon in this scenario can be killed, as two lives of it make them. */
export async function countPoints(
  scenario: Scenario,
  { redis, prefix }: { redis: RedisServer; prefix: string },
): Promise<Points> {
  await using lab = await openScenario(scenario, redis, prefix)
  const noted = newNotes()
  const life = async (number: number): Promise<Point[]> => {
    const file = `${lab.folder}/calls`
    const from = lab.lines.length
    lab.spawn(counting(file))
    await lab.event('daemon.started', () => true, from)
    await scenario.step(lab, noted, number, number === 2)
    await settled(lab, noted)
    await lab.end()
    return pointsOf(file)
  }
  return { first: await life(1), later: await life(2) }
}

async function openScenario(scenario: Scenario, redis: RedisServer, prefix: string): Promise<Lab> {
  const lab = await openLab({
    timeScale: 600,
    ...(scenario.faults === undefined ? {} : { faults: scenario.faults }),
    runs: { settleSeconds: 0.05 },
    sheets: { settleSeconds: 0.05 },
    config: {
      redis: { url: redis.url, prefix },
      // Found stalled within three seconds: default times are a minute and a half.
      queue: { sweepSeconds: 600, lockSeconds: 1200, stalledSeconds: 600 },
    },
  })
  lab.settings.registries = scenario
    .registries(lab.sandbox)
    .map((one) => (one['auth'] === null ? { ...one, auth: { tokenFile: `${lab.folder}/token` } } : one))
  await lab.configure()
  return lab
}

/** True when it was killed; false when it did all there was to do without coming to that point, and was stopped. */
async function runUntilKilled(
  lab: Lab,
  noted: Notes,
  through: string[],
  work: () => Promise<void>,
): Promise<boolean> {
  const from = lab.lines.length
  const child = lab.spawn(through)
  let isStarted = false
  try {
    await lab.event('daemon.started', () => true, from)
    isStarted = true
    await work()
    await settled(lab, noted)
  } catch (thrown) {
    if (child.signalCode !== 'SIGKILL') throw thrown
  }
  if (!isStarted) await work()
  if (child.signalCode === 'SIGKILL') return true
  await lab.end()
  return false
}

/** Waits until the auditor misses nothing and nothing moves any more; with `told`, until the reports say so too. */
async function settled(lab: Lab, noted: Notes, { told = false } = {}): Promise<void> {
  const rules = ['lost', 'stuck', 'content', ...(told ? ['report'] : [])]
  let last: Finding[] = []
  await lab
    .until(async () => {
      // In this order: what is committed while the rows are on their way shows in them as an attempt without an end.
      const commits = commitsOf(lab)
      // A daemon that has just died does not answer.
      const rows = (await lab.rows().catch(() => null)) as Row[] | null
      if (rows === null) return undefined
      const reports = told ? await reportsOf(lab.sheets) : []
      const evidence = { ...noted, registries: registriesOf(lab), commits, rows, reports }
      last = audit({ ...evidence, lines: [], secrets: [] }).filter(({ rule }) => rules.includes(rule))
      return last.length === 0 || undefined
    }, 'peace')
    .catch((thrown: unknown) => {
      throw new Error(`${last.map(({ rule, what }) => `${rule}: ${what}`).join('\n')}\n${String(thrown)}`)
    })
}
