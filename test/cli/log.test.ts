/** Log lines: one a happening, in the form that whoever reads them wants. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Emit } from '../../src/events.ts'
import { createLogHerald } from '../../src/log.ts'

type Format = 'auto' | 'json' | 'logfmt' | 'pretty'

/** The lines that some happenings make. */
async function lines(
  tell: (emit: Emit) => void,
  {
    format = 'json' as Format,
    level = 'info' as 'info' | 'debug' | 'warn' | 'error',
    env = {},
    terminal = false,
  } = {},
): Promise<string[]> {
  const written: string[] = []
  const herald = await createLogHerald(
    { format, level },
    { env, terminal, colour: false, to: { write: (line) => void written.push(line) } },
  )
  tell(herald.emit)
  return written
}

const found = (emit: Emit) => emit('run.found', { run: 'R 1', path: '/data/R "1"\nx', make: 'ILLUMINA' })
const held = (emit: Emit) =>
  emit('registration.held', {
    registration: 'id',
    registry: 'climb',
    subject: 'R1',
    reason: 'conflict',
    detail: 'x',
  })

describe('JSON', () => {
  test('has the time in UTC, the level in words, the event, its sentence and its fields, and nothing else', async () => {
    const [line] = await lines(found)
    expect(line).toMatch(/\n$/)
    const { ts, ...rest } = JSON.parse(line ?? '')
    expect(ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(rest).toEqual({
      level: 'info',
      event: 'run.found',
      run: 'R 1',
      path: '/data/R "1"\nx',
      make: 'ILLUMINA',
      msg: 'A run folder was found',
    })
  })

  test('leaves out what is below the level', async () => {
    const written = await lines(
      (emit) => {
        found(emit)
        held(emit)
      },
      { level: 'warn' },
    )
    expect(written.map((line) => JSON.parse(line).event)).toEqual(['registration.held'])
  })
})

test('under systemd each line begins with its priority, and no value can forge one', async () => {
  const written = await lines(
    (emit) => {
      found(emit)
      held(emit)
    },
    { format: 'auto', env: { JOURNAL_STREAM: '8:1' } },
  )
  expect(written.map((line) => line.slice(0, 4))).toEqual(['<6>{', '<3>{'])
  for (const line of written) expect(line.trimEnd()).not.toContain('\n')
})

test('a terminal that was started from a service is a terminal all the same', async () => {
  const [line] = await lines(found, { format: 'auto', env: { JOURNAL_STREAM: '8:1' }, terminal: true })
  expect(line).toMatch(/INFO.*A run folder was found/)
})

test('logfmt quotes what needs it', async () => {
  const [line] = await lines(found, { format: 'logfmt' })
  expect(line).toMatch(
    /^ts=\S+ level=info event=run\.found msg="A run folder was found" run="R 1" path="\/data\/R \\"1\\"\\nx" make=ILLUMINA\n$/,
  )
})

test.for([
  ['a terminal', true, /^\[\d\d:\d\d:\d\d\] INFO: A run folder was found/],
  ['a pipe', false, /^\{"level":"info"/],
] as const)('auto writes to %s in the form that is read there', async ([, terminal, form]) => {
  const [line] = await lines(found, { format: 'auto', terminal })
  expect(line).toMatch(form)
})

test('a reader that takes nothing holds up no line but its own, and gets them all when it reads', async () => {
  const count = 2_000
  const log = new URL('../../src/log.ts', import.meta.url)
  const program = `
    import { createLogHerald } from '${log}'
    if (process.stdout.isTTY) throw new Error('a pipe is wanted')
    const herald = await createLogHerald({ format: 'json', level: 'info' }, { env: {}, terminal: false, colour: false })
    for (let number = 0; number < ${count}; number++) herald.emit('sheet.seen', { sheet: String(number), path: '/'.repeat(1000) })
    process.stderr.write('told')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'pipe' })
  expect(await new Promise((told) => child.stderr.once('data', (said) => told(String(said))))).toBe('told')
  const written = (await text(child.stdout)).trimEnd().split('\n')
  expect(written.map((line) => JSON.parse(line).sheet)).toEqual(
    Array.from({ length: count }, (_, number) => `${number}`),
  )
})

describe('what is tried again and again', () => {
  afterEach(() => void vi.useRealTimers())
  const failed = (sheet: string) => (emit: Emit) =>
    emit('sheet.move-failed', { sheet, error: { name: 'Error', code: 'EBUSY', message: 'it is held open' } })
  const times = (written: string[]) =>
    written.map((line) => JSON.parse(line)).map((line) => [line.sheet, line.times])

  test('is told once, and after ten minutes how many times it came', async () => {
    vi.useFakeTimers()
    const written = await lines((emit) => {
      for (let count = 0; count < 214; count++) failed('a.csv')(emit)
      failed('b.csv')(emit)
    })
    expect(times(written)).toEqual([
      ['a.csv', undefined],
      ['b.csv', undefined],
    ])
    vi.advanceTimersByTime(10 * 60_000)
    expect(times(written).slice(2)).toEqual([['a.csv', 213]])
  })

  test('is told at the stop, too', async () => {
    const written = await lines((emit) => {
      failed('a.csv')(emit)
      failed('a.csv')(emit)
      emit('daemon.stopping', { signal: 'SIGTERM' })
    })
    expect(times(written.slice(0, 2))).toEqual([
      ['a.csv', undefined],
      ['a.csv', 1],
    ])
    expect(written).toHaveLength(3)
  })

  test('is not confused with what really happens again', async () => {
    expect(
      await lines((emit) => {
        held(emit)
        held(emit)
      }),
    ).toHaveLength(2)
  })
})
