/** Run folders below a watched root: what is found, when it counts as settled, and what is passed over. */
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type RunRootOptions, watchRoot } from '../../src/discover/watch-root.ts'
import { beganUnsettled, createRig, type Rig, recogniseTestMake, settled } from './rig.ts'

const watched = (rig: Rig, options: Partial<RunRootOptions> = {}) =>
  rig.start(watchRoot({ ...rig.options, depth: 1, recognise: recogniseTestMake, ...options }))

const longAgo = (...paths: string[]) => {
  for (const path of paths) utimesSync(path, new Date('2020-01-01'), new Date('2020-01-01'))
}

describe('a sweep', () => {
  test('finds a new run folder at once as changing, and again when nothing has changed for the settle time', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml', '<run/>')
    watched(rig)
    const run = join(rig.root, 'RUN1')
    const last = await rig.found(settled(run))
    expect(rig.findings.map((one) => one.settled)).toEqual([false, true])
    expect(last).toMatchObject({ root: rig.root, type: 'run-folder', firstScan: true })
    expect(Date.parse(last.modified)).toBeGreaterThan(Date.now() - 60_000)
  })

  test('does not take an old modification time for a sign that a fresh copy is complete', async () => {
    await using rig = createRig()
    longAgo(rig.write('RUN1/run.xml', '<run/>'))
    watched(rig)
    await rig.found(settled(join(rig.root, 'RUN1')))
    expect(rig.findings[0]?.settled).toBe(false)
  })

  test('begins the settle time anew with each change of a mark, in whatever order marks arrive', async () => {
    await using rig = createRig()
    const run = join(rig.root, 'RUN1')
    rig.write('RUN1/run.xml', '<r')
    const steps = [
      () => rig.write('RUN1/done.txt'),
      () => rig.write('RUN1/run.xml', '<run/>'),
      () => rmSync(join(run, 'done.txt')),
    ]
    const watch = watched(rig)
    await watch.scannedOnce
    for (const step of steps) {
      step()
      await watch.sweepNow()
    }
    const last = rig.findings.at(-1)?.fingerprint
    await rig.found((one) => one.fingerprint === last && one.settled)
    expect(beganUnsettled(rig.findings)).toEqual([true, true, true, true])
  })

  test('gives a mark that comes after all had settled a settle time of its own', async () => {
    await using rig = createRig()
    const run = join(rig.root, 'RUN1')
    rig.write('RUN1/run.xml', '<run/>')
    const watch = watched(rig)
    await rig.found(settled(run))
    rig.write('RUN1/done.txt')
    await watch.sweepNow()
    expect(rig.findings.at(-1)?.settled).toBe(false)
    const last = rig.findings.at(-1)?.fingerprint
    await rig.found((one) => one.fingerprint === last && one.settled)
  })

  test('tells an unchanged run folder no second time', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    const watch = watched(rig)
    await rig.found(settled(join(rig.root, 'RUN1')))
    await watch.sweepNow()
    rig.write('RUN1/Logs/some.log', 'not a mark')
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(2)
  })

  test('finds all of 2,000 folders made while the loop was blocked', async () => {
    await using rig = createRig()
    const watch = watched(rig, { events: 'on', settleSeconds: 0 })
    await watch.scannedOnce
    const names = Array.from({ length: 2000 }, (_, at) => `RUN${at}`)
    for (const name of names) rig.write(`${name}/run.xml`)
    await watch.sweepNow()
    expect(new Set(rig.findings.filter((one) => one.settled).map((one) => one.path))).toEqual(
      new Set(names.map((name) => join(rig.root, name))),
    )
  })

  test('finds run folders as deep as it is told, and looks into none that is found higher up', async () => {
    await using rig = createRig()
    rig.write('group/sample/RUN1/run.xml')
    rig.write('group/RUN2/run.xml')
    rig.write('group/RUN2/again/run.xml')
    rig.write('group/sample/folder/RUN3/run.xml')
    const watch = watched(rig, { depth: 3, settleSeconds: 0 })
    await watch.scannedOnce
    expect(rig.findings.map((one) => one.path).sort()).toEqual(
      ['group/RUN2', 'group/sample/RUN1'].map((path) => join(rig.root, path)),
    )
  })

  test('sees a mark that lies in a folder below', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    rig.write('RUN1/cell1/metadata/m1.xml')
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    rig.write('RUN1/cell1/metadata/m1.done')
    await watch.sweepNow()
    expect(new Set(rig.findings.map((one) => one.fingerprint)).size).toBe(2)
  })

  test('leaves out what is ignored, hidden, temporary, a link or plainly no run folder', async () => {
    await using rig = createRig()
    const outside = join(rig.folder, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'run.xml'), '')
    symlinkSync(outside, join(rig.root, 'LINK'))
    symlinkSync('/nowhere/at/all', join(rig.root, 'DANGLING'))
    symlinkSync('.', join(rig.root, 'LOOP'))
    for (const name of ['my_test_run', '.hidden', 'lost+found', 'RUN9_copying', 'RUN9.tmp', '@eaDir'])
      rig.write(`${name}/run.xml`)
    rig.write('archive/2019/run.xml')
    rig.write('a file')
    rig.write('RUN1/run.xml')
    const watch = watched(rig, { depth: 2, settleSeconds: 0, ignore: ['*_test*', 'archive/*'] })
    await watch.scannedOnce
    expect(rig.findings.map((one) => one.path)).toEqual([join(rig.root, 'RUN1')])
    expect(rig.happenings.map((one) => one.event)).toEqual(['root.scanned'])
  })

  test('hands on nothing of a folder that vanishes while it settles', async () => {
    await using rig = createRig()
    const gone = join(rig.root, 'GONE')
    rig.write('GONE/run.xml')
    const watch = watched(rig)
    await rig.found((one) => one.path === gone)
    renameSync(gone, join(rig.root, 'RENAMED'))
    await watch.sweepNow()
    await rig.found(settled(join(rig.root, 'RENAMED')))
    await watch.sweepNow()
    expect(rig.findings.filter((one) => one.path === gone)).toHaveLength(1)
    expect(rig.happenings.map((one) => one.event)).not.toContain('run.unreadable')
  })

  test('one item that is not handled yet keeps no other from being found', async () => {
    await using rig = createRig()
    const gate = Promise.withResolvers<void>()
    rig.handle.current = (found) => (found.path.endsWith('SLOW') ? gate.promise : Promise.resolve())
    for (const name of ['SLOW', 'RUN1', 'RUN2', 'RUN3']) rig.write(`${name}/run.xml`)
    watched(rig, { settleSeconds: 0 })
    for (const name of ['RUN1', 'RUN2', 'RUN3']) await rig.found(settled(join(rig.root, name)))
    gate.resolve()
    await rig.found(settled(join(rig.root, 'SLOW')))
  })

  test('finds again at the next sweep what could not be handled', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    rig.handle.current = () => Promise.reject(new Error('the journal is away'))
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    expect(rig.happenings.map((one) => one.event)).toContain('item.failed')
    rig.handle.current = async () => {}
    await watch.sweepNow()
    expect(rig.findings.map((one) => one.settled)).toEqual([true])
  })
})

describe('trouble', () => {
  test('with one folder is told once for as long as it lasts, and keeps no other from being found', async () => {
    await using rig = createRig()
    for (const name of ['BAD', 'RUN1', 'RUN2']) rig.write(`${name}/run.xml`)
    let broken = true
    const watch = watched(rig, {
      settleSeconds: 0,
      recognise(folder) {
        if (broken && folder.name === 'BAD') throw new Error('it reads as nothing we know')
        return recogniseTestMake(folder)
      },
    })
    await watch.scannedOnce
    await watch.sweepNow()
    const told = () => rig.happenings.filter((one) => one.event === 'run.unreadable')
    expect(told().map((one) => one.fields)).toMatchObject([{ path: join(rig.root, 'BAD') }])
    expect(rig.findings).toHaveLength(2)
    broken = false
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(3)
    broken = true
    await watch.sweepNow()
    expect(told()).toHaveLength(2)
  })

  test('with a folder that was known to be no run folder is told of that folder, not of the root', async () => {
    await using rig = createRig()
    const group = join(rig.root, 'group')
    const inner = join(group, 'inner')
    mkdirSync(inner, { recursive: true })
    longAgo(inner, group)
    const watch = watched(rig, { depth: 3 })
    await watch.scannedOnce
    // Since its time stays, the group is not listed again, and what it is known to hold cannot even be asked for.
    rmSync(inner, { recursive: true })
    symlinkSync('inner', inner)
    longAgo(group)
    await watch.sweepNow()
    expect(watch.health().away).toBe(null)
    expect(rig.happenings.map(({ event }) => event)).toEqual([
      'root.scanned',
      'run.unreadable',
      'root.scanned',
    ])
    expect(rig.happenings[1]?.fields).toMatchObject({ path: inner, error: { code: 'ELOOP' } })
  })

  test('with the journal is told, and the next sweep goes on', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    let away = true
    const watch = watched(rig, {
      settleSeconds: 0,
      known: async () => {
        if (away) throw new Error('the journal is away')
        return new Map()
      },
    })
    await watch.sweepNow()
    expect(watch.health()).toMatchObject({ scannedOnce: false, away: null })
    away = false
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(1)
  })

  test('of a watch that is closed in the middle of its first sweep makes that scan none at all', async () => {
    await using rig = createRig()
    for (let at = 0; at < 100; at++) rig.write(`RUN${at}/run.xml`)
    const gate = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    rig.handle.current = () => {
      reached.resolve()
      return gate.promise
    }
    const watch = watched(rig, { settleSeconds: 0 })
    await reached.promise
    const closing = watch.close()
    gate.resolve()
    await closing
    expect(await watch.scannedOnce).toBe(false)
    expect(rig.findings.length).toBeLessThan(100)
  })
})

describe('what the journal knows', () => {
  test('is not found again while it is done or adopted, though it be looked at for a day', async () => {
    await using rig = createRig()
    const asked: string[] = []
    for (const [name, status] of [
      ['DONE', 'done'],
      ['ADOPTED', 'adopted'],
    ] as const) {
      rig.write(`${name}/run.xml`)
      rig.know(join(rig.root, name), { status })
    }
    let now = new Date('2026-06-01T00:00:00Z')
    const watch = watched(rig, {
      settleSeconds: 0,
      now: () => now,
      recognise: (folder) => {
        asked.push(folder.name)
        return recogniseTestMake(folder)
      },
    })
    await watch.scannedOnce
    await watch.sweepNow()
    expect(asked).toEqual([])
    now = new Date('2026-06-02T00:00:01Z')
    await watch.sweepNow()
    await watch.sweepNow()
    expect(asked.sort()).toEqual(['ADOPTED', 'DONE'])
    expect(rig.findings).toHaveLength(2)
  })

  test('with the same fingerprint for the settle time is settled at the first look after a restart', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    const run = join(rig.root, 'RUN1')
    const first = watched(rig, { settleSeconds: 0 })
    await first.scannedOnce
    await first.close()
    rig.know(run, { status: 'active', changed: new Date(Date.now() - 4_000_000).toISOString() })
    const second = watched(rig, { settleSeconds: 3600 })
    await second.scannedOnce
    expect(rig.findings.slice(1).map((one) => one.settled)).toEqual([true])
  })

  test('is found as new when a person asks for it', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    const run = join(rig.root, 'RUN1')
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    rig.know(run, { status: 'adopted' })
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(1)
    await watch.lookAgain(run)
    expect(rig.findings).toHaveLength(2)
  })
})

describe('file events', () => {
  const eager = { events: 'on', settleSeconds: 0.05 } as const

  test('show a mark at once, also one in a folder below, without another sweep', async () => {
    await using rig = createRig()
    rig.write('RUN1/run.xml')
    rig.write('RUN1/cell1/metadata/m1.xml')
    const run = join(rig.root, 'RUN1')
    const watch = watched(rig, eager)
    const first = await rig.found(settled(run))
    await rig.following()
    rig.write('RUN1/done.txt')
    const second = await rig.found((one) => one.settled && one.fingerprint !== first.fingerprint)
    rig.write('RUN1/cell1/metadata/m1.done')
    await rig.found(
      (one) => one.settled && ![first.fingerprint, second.fingerprint].includes(one.fingerprint),
    )
    expect(watch.health().events).toBe(true)
  })

  test('show a folder that is moved in whole', async () => {
    await using rig = createRig()
    watched(rig, eager)
    await rig.following()
    const away = join(rig.folder, 'away')
    mkdirSync(away)
    writeFileSync(join(away, 'run.xml'), '')
    renameSync(away, join(rig.root, 'RUN1'))
    await rig.found(settled(join(rig.root, 'RUN1')))
  })

  test('go on after the root was removed and made again', async () => {
    await using rig = createRig()
    const watch = watched(rig, eager)
    await rig.following()
    rmSync(rig.root, { recursive: true })
    await rig.happened('root.away')
    mkdirSync(rig.root)
    await watch.sweepNow()
    await rig.following()
    rig.write('RUN1/run.xml')
    await rig.found(settled(join(rig.root, 'RUN1')))
  })

  test('that are off leave everything to the sweep', async () => {
    await using rig = createRig()
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    rig.write('RUN1/run.xml')
    expect(watch.health().events).toBe(false)
    expect(rig.findings).toEqual([])
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(1)
  })
})

describe('a root', () => {
  test('that is missing is away, is told once, and is back when it is made', async () => {
    await using rig = createRig()
    rmSync(rig.root, { recursive: true })
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.sweepNow()
    await watch.sweepNow()
    expect(watch.health()).toMatchObject({ scannedOnce: false, lastSweep: null })
    expect(watch.health().away?.code).toBe('ENOENT')
    rig.write('RUN1/run.xml')
    await watch.sweepNow()
    expect(watch.health()).toMatchObject({ away: null, scannedOnce: true })
    expect(rig.happenings.map((one) => one.event)).toEqual(['root.away', 'root.back', 'root.scanned'])
    expect(rig.findings).toHaveLength(1)
    expect(await watch.scannedOnce).toBe(true)
  })

  test('that is a dangling link or a file is away', async () => {
    await using rig = createRig()
    rmSync(rig.root, { recursive: true })
    symlinkSync('/nowhere/at/all', rig.root)
    const watch = watched(rig)
    await watch.sweepNow()
    rmSync(rig.root)
    writeFileSync(rig.root, '')
    await watch.sweepNow()
    expect(watch.health().away?.code).toBe('ENOTDIR')
  })

  test('that stands empty for a while has lost nothing; what is missing while others lie there is gone', async () => {
    await using rig = createRig()
    const runs = ['RUN1', 'RUN2'].map((name) => join(rig.root, name))
    for (const run of runs) rig.write(join(basename(run), 'run.xml'))
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    for (const run of runs) rig.know(run, { status: 'active' })
    const elsewhere = join(rig.folder, 'elsewhere')
    renameSync(rig.root, elsewhere)
    mkdirSync(rig.root)
    await watch.sweepNow()
    rmSync(rig.root, { recursive: true })
    renameSync(elsewhere, rig.root)
    await watch.sweepNow()
    expect(rig.gone).toEqual([])
    rmSync(join(rig.root, 'RUN1'), { recursive: true })
    await watch.sweepNow()
    expect(rig.gone).toEqual([join(rig.root, 'RUN1')])
  })

  test('whose watch is closed is swept no more', async () => {
    await using rig = createRig()
    const watch = watched(rig, { sweepSeconds: 0.01, settleSeconds: 60 })
    rig.write('RUN1/run.xml')
    await rig.found((one) => !one.settled)
    await watch.close()
    const before = rig.happenings.length
    await watch.sweepNow()
    expect(rig.happenings).toHaveLength(before)
  })
})
