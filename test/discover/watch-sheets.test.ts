/** Sheets in a drop folder: which names count, when a copy has ended, and what is passed over. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type DropFolderOptions, watchSheets } from '../../src/discover/watch-sheets.ts'
import { beganUnsettled, createRig, type Rig, settled } from './rig.ts'

const watched = (rig: Rig, options: Partial<DropFolderOptions> = {}) =>
  rig.start(watchSheets({ ...rig.options, ...options }))

describe('a drop folder', () => {
  test('shows a sheet at once, and again when its copy has ended', async () => {
    await using rig = createRig()
    const path = rig.write('plate7.csv', 'a,b\n')
    watched(rig)
    const last = await rig.found(settled(path))
    expect(rig.findings.map((one) => one.settled)).toEqual([false, true])
    expect(last).toMatchObject({
      root: rig.root,
      type: 'sheet',
      modified: statSync(path).mtime.toISOString(),
    })
  })

  test('shows only names that may be sheets, directly in it or in needs-fixing', async () => {
    await using rig = createRig()
    const wanted = [
      'plate.csv',
      'PLATE.CSV',
      'SampleSheet (1).csv',
      'platte ü.tsv',
      'run.txt',
      'book.xlsx',
      'photo.jpg',
      'plate 7',
      'plate.7.pdf',
      'needs-fixing/mended.csv',
    ]
    const others = [
      '._plate.csv',
      '.plate.csv.AbC123',
      '~$book.xlsx',
      '.~lock.plate.csv#',
      'plate.csv.part',
      'plate.csv~',
      'README.txt',
      '3F2A1000',
      'plate.csv.AbC123',
      'done/old.csv',
      '_status/plate.csv.html',
      'other/plate.csv',
      'needs-fixing/deeper/plate.csv',
    ]
    for (const name of [...wanted, ...others]) rig.write(name, 'x')
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    expect(rig.findings.map((one) => one.path).sort()).toEqual(
      wanted.map((name) => join(rig.root, name)).sort(),
    )
  })

  test('touches no link, pipe or folder that is named like a sheet, whether a sweep or an event shows it', async () => {
    await using rig = createRig()
    const secret = join(rig.folder, 'secret.csv')
    writeFileSync(secret, 'x')
    const lay = (when: string) => {
      symlinkSync(secret, join(rig.root, `${when} link.csv`))
      mkdirSync(join(rig.root, `${when} folder.csv`))
      execFileSync('mkfifo', [join(rig.root, `${when} pipe.csv`)])
    }
    lay('early')
    const watch = watched(rig, { settleSeconds: 0, events: 'on' })
    await rig.following()
    lay('late')
    const plate = rig.write('plate.csv')
    await rig.found(settled(plate))
    await watch.sweepNow()
    expect(new Set(rig.findings.map(({ path }) => path))).toEqual(new Set([plate]))
  })

  test('takes a copy that grows in steps when it has ended, and begins the settle time anew at each step', async () => {
    await using rig = createRig()
    const path = rig.write('grown.csv', 'a,b\n')
    const watch = watched(rig)
    await watch.scannedOnce
    for (let step = 0; step < 3; step++) {
      appendFileSync(path, '1,2\n')
      await watch.sweepNow()
    }
    const last = rig.findings.at(-1)?.fingerprint
    await rig.found((one) => one.fingerprint === last && one.settled)
    expect(beganUnsettled(rig.findings)).toEqual([true, true, true, true])
  })

  test('finds a sheet again when it is replaced in place, even by one of the same size and time', async () => {
    await using rig = createRig()
    const path = rig.write('plate.csv', 'a,1\n')
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    rig.know(path)
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(1)
    const { atime, mtime } = statSync(path)
    const other = rig.write('plate.csv.part', 'a,2\n')
    utimesSync(other, atime, mtime)
    renameSync(other, path)
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(2)
  })

  test('keeps a sheet the same sheet when it is put away in needs-fixing', async () => {
    await using rig = createRig()
    const path = rig.write('plate.csv', 'a,1\n')
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    const mended = join(rig.root, 'needs-fixing', 'plate.csv')
    mkdirSync(join(rig.root, 'needs-fixing'))
    renameSync(path, mended)
    rig.know(mended)
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(1)
  })

  test('forgets a sheet that is deleted before it has settled', async () => {
    await using rig = createRig()
    const path = rig.write('plate.csv', 'a')
    const watch = watched(rig)
    await rig.found((one) => one.path === path)
    rmSync(path)
    const next = rig.write('next.csv', 'b')
    await watch.sweepNow()
    await rig.found(settled(next))
    expect(rig.findings.filter((one) => one.path === path)).toHaveLength(1)
  })

  test('with events shows a sheet without another sweep, also in a needs-fixing that is made later', async () => {
    await using rig = createRig()
    watched(rig, { events: 'on', settleSeconds: 0.05 })
    await rig.following()
    const first = rig.write('plate.csv', 'a')
    await rig.found(settled(first))
    const second = rig.write('needs-fixing/plate.csv', 'b')
    await rig.found(settled(second))
  })

  test('finds 500 sheets that are dropped at once', async () => {
    await using rig = createRig()
    const watch = watched(rig, { settleSeconds: 0 })
    await watch.scannedOnce
    for (let at = 0; at < 500; at++) rig.write(`plate${at}.csv`, `${at}`)
    await watch.sweepNow()
    expect(rig.findings).toHaveLength(500)
  })

  test('asks a person to rename a sheet whose name is no text, once', async () => {
    await using rig = createRig()
    const name = Buffer.concat([Buffer.from(`${rig.root}/Pr`), Buffer.from([0xfc]), Buffer.from('fung.csv')])
    writeFileSync(name, 'a')
    const watch = watched(rig)
    await watch.scannedOnce
    await watch.sweepNow()
    expect(rig.happenings.filter((one) => one.event === 'sheet.unreadable')).toHaveLength(1)
    expect(rig.findings).toEqual([])
  })
})
