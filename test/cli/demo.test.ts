/** What `npm start` shows a newcomer, by the real daemon: examples brought in, registered, and told in plain lines. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { narrate } from '../../src/cli/demo/narrator.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { loadConfig } from '../../src/config.ts'
import { decideAt } from '../../src/deliver/decide.ts'
import { createHerald, type Emit } from '../../src/events.ts'
import { openJournal } from '../../src/journal/open.ts'
import { openDesk, PROJECT } from './rig.ts'

const desk = openDesk()
let running: ChildProcess | null = null
afterAll(() => {
  running?.kill('SIGKILL')
  desk[Symbol.dispose]()
})

/** Starts it in a folder; `until` resolves with all it printed once a line fits. */
function start(folder = desk.folder) {
  const env = { PATH: process.env['PATH'], HOME: folder }
  const child = spawn(process.execPath, [join(PROJECT, 'src/launcher.js'), 'run'], { cwd: folder, env })
  running = child
  const exitAfter = async (act: () => void): Promise<number | null> => {
    const ended = once(child, 'exit')
    act()
    return (await ended)[0]
  }
  let printed = ''
  const followers = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk
      for (const follow of followers) follow()
    })
  return {
    until: (text: string) =>
      new Promise<string>((resolve, reject) => {
        const look = () => printed.includes(text) && resolve(printed)
        followers.add(look)
        child.once('exit', (code) => reject(new Error(`it ended with ${code} before "${text}":\n${printed}`)))
        look()
      }),
    stop: () => exitAfter(() => child.kill('SIGINT')),
    leave: () => exitAfter(() => child.stdout.destroy()),
  }
}

test('brings in the examples once, registers them, and says what went where', async () => {
  const first = start()
  const printed = await first.until('registrations are made')
  const url = /status page +(\S+)/.exec(printed)?.[1] ?? ''
  expect((await fetch(url)).status).toBe(200)
  expect(printed).toContain('4 of 4 registrations are made.')
  for (const line of [
    /Found +run 260303_A01290_0214_AHWKDRDRXX of Illumina/,
    /Read +sheet stool-batch-7\.csv: 3 samples, no errors/,
    /Registered +Stool batch 7 at demo-batches, which calls it \S+/,
    /Registered +WGS-2026-09 at demo-illumina/,
    /Registered +20260304_1021_X2_FAY41207_5f0b6c1d at demo-nanopore/,
  ])
    expect(printed).toMatch(line)
  expect(await first.stop()).toBe(0)

  const before = JSON.parse(desk.runherald(['ls', '--json']).out).registrations
  expect(before.map((row: { state: string }) => row.state)).toEqual(Array(4).fill('registered'))

  const second = start()
  const again = await second.until('registrations are made')
  expect(again).toContain('brought in at an earlier start')
  expect(again).not.toContain('Sending')
  expect(await second.stop()).toBe(0)
  expect(JSON.parse(desk.runherald(['ls', '--json']).out).registrations).toEqual(before)
  const sheets = join(desk.folder, '.runherald/demo/sheets')
  expect(readdirSync(sheets).filter((name) => name.endsWith('.csv'))).toEqual([])
  expect(readdirSync(join(sheets, 'done')).toSorted()).toEqual([
    'sars2-2026-10.csv',
    'stool-batch-7.csv',
    'wgs-2026-09.csv',
  ])
})

test('ends, and it is no fault, when whoever read it has gone', async () => {
  using other = openDesk()
  const started = start(other.folder)
  await started.until('are brought in now')
  expect(await started.leave()).toBe(0)
})

const at = { registration: 'id', registry: 'climb', subject: 'run R1' }
test.for<[line: string, tell: (emit: Emit) => void]>([
  [
    'Finished    run R1 (CopyComplete.txt)',
    (emit) => emit('run.completed', { run: 'R1', status: 'completed', because: 'CopyComplete.txt' }),
  ],
  [
    'Waiting     run R1 is not finished, still to come: a, b',
    (emit) => emit('run.waiting', { run: 'R1', missing: ['a', 'b'], because: 'x' }),
  ],
  [
    'Read        sheet a.csv: 3 samples, 2 errors; see _status/a.csv.html beside it',
    (emit) =>
      emit('sheet.judged', { sheet: 'a.csv', format: 'registration', samples: 3, errors: 2, warnings: 0 }),
  ],
  [
    'Put away    sheet a.csv to needs-fixing/',
    (emit) => emit('sheet.moved', { sheet: 'a.csv', to: '/drop/needs-fixing/a.csv' }),
  ],
  [
    'Waiting     run R1 at climb waits for a sample sheet',
    (emit) => emit('registration.planned', { ...at, revision: 1, state: 'waiting', reason: 'sheet' }),
  ],
  ['Sending     run R1 to climb', (emit) => emit('registration.sending', { ...at, attempt: 1 })],
  [
    'Registered  run R1 at climb',
    (emit) =>
      emit('registration.registered', { ...at, attempt: 1, adopted: false, remoteIds: {}, tookMs: 1 }),
  ],
  [
    'Refused     run R1 by climb: no such library; no such run',
    (emit) =>
      emit('registration.refused', {
        ...at,
        reason: 'by-registry',
        detail: ['no such library', 'no such run'],
      }),
  ],
  [
    'Refused     run R1 cannot be registered at climb: too long',
    (emit) => emit('registration.refused', { ...at, reason: 'by-rule', detail: ['too long'] }),
  ],
  [
    'Needs you   run R1 at climb: its answer was lost',
    (emit) => emit('registration.held', { ...at, reason: 'unknown-outcome', detail: 'its answer was lost' }),
  ],
  [
    'Later       climb: it answered 503',
    (emit) =>
      emit('registration.retrying', {
        registration: 'id',
        registry: 'climb',
        attempt: 1,
        because: 'it answered 503',
        nextTry: null,
      }),
  ],
  [
    'Paused      climb: it is away',
    (emit) => emit('registry.paused', { registry: 'climb', reason: 'away', detail: 'it is away' }),
  ],
  [
    'Failed      /runs/\ufffd: out of memory',
    (emit) =>
      emit('item.failed', {
        path: '/runs/\u001b',
        error: { name: 'Error', code: null, message: 'out of memory' },
      }),
  ],
])('a happening that comes twice is told once: %s', async ([line, tell]) => {
  const told = await linesOf((emit) => {
    tell(emit)
    tell(emit)
  })
  expect(told.map((one) => one.slice('00:00:00  '.length))).toEqual([line])
})

test('what concerns nobody who looks on is not told', async () => {
  const told = await linesOf((emit) => {
    emit('registration.planned', { ...at, revision: 1, state: 'queued', reason: null })
    emit('registry.opened', { registry: 'climb' })
  })
  expect(told).toEqual([])
})

/** What is told of some happenings, below the introduction. */
async function linesOf(tell: (emit: Emit) => void): Promise<string[]> {
  const file = join(desk.folder, 'told.yaml')
  writeFileSync(file, 'state: .\n')
  const config = loadConfig({ file, env: {} })
  const opened = await openJournal(join(desk.folder, 'told.sqlite'), { decide: decideAt(1) })
  if (!config.ok || !opened.ok) throw new Error('there is neither configuration nor journal')
  const lines: string[] = []
  const out = (text: string) => void lines.push(text)
  const never = new Promise<never>(() => {})
  const terminal: Terminal = {
    ...{ out, say: out, interactive: false, colour: false, columns: 100, env: {} },
    ...{ stopped: () => never, hungUp: () => never },
  }
  const herald = createHerald(() => {})
  await narrate({ terminal, herald, journal: opened.value, config: config.value, url: 'u', sandboxUrl: 's' })
  tell(herald.emit)
  await opened.value.close()
  return lines.slice(1)
}
