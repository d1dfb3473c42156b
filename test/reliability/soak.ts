/**
 * Lets the daemon work for hours of a clock that is sped up, and tells whether anything of it grows.
 *
 *   npm run soak -- --hours 2 --time-scale 60
 *
 * A run and its sheet come every minute of that clock. The journal keeps everything for ever: of it, what one
 * registration takes must stay level.
 */
import { parseArgs } from 'node:util'
import { climb, openLab } from '../rig/lab.ts'
import { openRedisServer, type RedisServer } from '../rig/redis-server.ts'
import { novaSeqRun, sheetFor, writeRun } from '../rig/runs.ts'

const { values } = parseArgs({
  options: { hours: { type: 'string', default: '2' }, 'time-scale': { type: 'string', default: '60' } },
})
const timeScale = Number(values['time-scale'])
const minutes = Number(values.hours) * 60
const prefix = 'soak'

/** What is measured, and by how much the fourth quarter may lie above the third. */
const MEASURES = {
  'resident memory, MiB': 1.1,
  'open files': 1.05,
  'timers and sockets': 1.1,
  'Redis keys': 1.1,
  'journal, KiB a registration': 1.1,
} as const
type Sample = Record<keyof typeof MEASURES, number>

await using redis = await openRedisServer()
await using lab = await openLab({
  timeScale,
  runs: { settleSeconds: 0.05 },
  sheets: { settleSeconds: 0.05, finished: 'move' },
  config: { redis: { url: redis.url, prefix } },
})
lab.settings.registries = [climb(lab.sandbox)]
await lab.configure()
await lab.start()
const { url } = await lab.event('http.listening')

const samples: Sample[] = []
let [read, told] = [0, 0]
const began = performance.now()
for (let minute = 1; minute <= minutes; minute++) {
  const run = novaSeqRun(minute)
  await writeRun(lab.runs, run)
  await lab.drop(`plate${minute}.csv`, sheetFor(run, `LIB-${minute}`))
  const due = began + (minute * 60_000) / timeScale
  // What still waits for its turn on a slow machine is no growth.
  await lab.until(
    () => (delivered() === 2 * minute && performance.now() >= due) || undefined,
    'its end',
    600_000,
  )
  samples.push(await sample(String(url), redis))
}
/** Registrations that the log calls registered. */
function delivered(): number {
  for (; read < lab.lines.length; read++) if (lab.lines[read]?.event === 'registration.registered') told += 1
  return told
}

/** The least of a quarter: what lies above it comes and goes. */
const least = (quarter: number, measure: keyof Sample): number => {
  const size = samples.length / 4
  return Math.min(...samples.slice((quarter - 1) * size, quarter * size).map((one) => one[measure]))
}
let grows = 0
for (const [measure, factor] of Object.entries(MEASURES) as Array<[keyof Sample, number]>) {
  const [second, third, fourth] = [2, 3, 4].map((quarter) => least(quarter, measure))
  const isLevel = (fourth ?? 0) <= (third ?? 0) * factor
  if (!isLevel) grows += 1
  const shown = [second, third, fourth].map((value) => value?.toFixed(1)).join(', ')
  console.log(`${measure}: ${shown} in the second, third and fourth quarter${isLevel ? '' : ': it GROWS'}`)
}
console.log(
  `${minutes} runs with their sheets in ${Math.round((performance.now() - began) / 1000)} s, ${values.hours} hours of a clock ${timeScale} times as fast; ${grows} measures grow`,
)
process.exitCode = grows === 0 ? 0 : 1

async function sample(window: string, store: RedisServer): Promise<Sample> {
  const text = await (await fetch(`${window}/metrics`)).text()
  /** All series of one name added up. */
  const sum = (name: string): number =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`runherald_${name}`) && /[ {]/.test(line[name.length + 10] ?? ''))
      .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0)
  return {
    'resident memory, MiB': sum('process_resident_memory_bytes') / 2 ** 20,
    'open files': sum('process_open_fds'),
    'timers and sockets': sum('nodejs_active_resources'),
    'Redis keys': Number(await store.command('DBSIZE')),
    'journal, KiB a registration': sum('journal_size_bytes') / 1024 / Math.max(1, sum('registrations')),
  }
}
