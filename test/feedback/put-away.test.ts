/** Sheets that are put away, never over another and never a changed one; and what is made in a drop folder meanwhile. */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { moveAway } from '../../src/feedback/put-away.ts'
import { writeReadme } from '../../src/feedback/write-readme.ts'
import { writeReport } from '../../src/feedback/write-report.ts'
import { createDropFolder, reportOf } from './rig.ts'

const hash = (content: string) => createHash('sha256').update(content).digest('hex')
const put = (folder: string, name: string, content: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

describe('a sheet that is put away', () => {
  test.for(['done', 'needs-fixing'] as const)('goes to %s', async (to) => {
    using drop = createDropFolder()
    const path = put(drop.folder, 'plate7.csv', 'a,b')
    const moved = await moveAway(path, { folder: drop.folder, to, sha256: hash('a,b') })
    expect(moved).toEqual({ ok: true, value: join(drop.folder, to, 'plate7.csv') })
    expect(readFileSync(join(drop.folder, to, 'plate7.csv'), 'utf8')).toBe('a,b')
    expect(existsSync(path)).toBe(false)
  })

  test('never replaces one that lies there', async () => {
    using drop = createDropFolder()
    for (const content of ['first', 'second', 'third']) {
      const path = put(drop.folder, 'plate7.csv', content)
      await moveAway(path, { folder: drop.folder, to: 'done', sha256: hash(content) })
    }
    const names = ['plate7.csv', 'plate7~2.csv', 'plate7~3.csv']
    expect(readdirSync(join(drop.folder, 'done')).sort()).toEqual(names)
    expect(names.map((name) => readFileSync(join(drop.folder, 'done', name), 'utf8'))).toEqual([
      'first',
      'second',
      'third',
    ])
  })

  test('leaves needs-fixing when it is mended, and stays there when it is not', async () => {
    using drop = createDropFolder()
    const path = put(drop.folder, 'needs-fixing/plate7.csv', 'x')
    const same = await moveAway(path, { folder: drop.folder, to: 'needs-fixing', sha256: hash('x') })
    expect(same).toEqual({ ok: true, value: path })
    const done = await moveAway(path, { folder: drop.folder, to: 'done', sha256: hash('x') })
    expect(done).toEqual({ ok: true, value: join(drop.folder, 'done/plate7.csv') })
  })

  test('stays where it is when its content is not what was judged', async () => {
    using drop = createDropFolder()
    const path = put(drop.folder, 'plate7.csv', 'corrected')
    const moved = await moveAway(path, { folder: drop.folder, to: 'done', sha256: hash('judged') })
    expect(!moved.ok && moved.error.why).toBe('changed')
    expect(readFileSync(path, 'utf8')).toBe('corrected')
  })

  test('that was not read to its end goes while the disk says it is the same, and never over another', async () => {
    using drop = createDropFolder()
    for (const name of ['plate7.csv', 'plate7~2.csv']) {
      const path = put(drop.folder, 'plate7.csv', name)
      const { ino } = statSync(path)
      const isStill = (stats: Stats) => stats.ino === ino
      expect(await moveAway(path, { folder: drop.folder, to: 'needs-fixing', isStill })).toEqual({
        ok: true,
        value: join(drop.folder, 'needs-fixing', name),
      })
      expect(readFileSync(join(drop.folder, 'needs-fixing', name), 'utf8')).toBe(name)
    }
  })

  test.for<[when: string, looks: boolean[]]>([
    ['before', [false]],
    ['in the very moment', [true, false]],
  ])('that was not read to its end stays when it was replaced %s', async ([, looks]) => {
    using drop = createDropFolder()
    const path = put(drop.folder, 'plate7.csv', 'another')
    const left = [...looks]
    const moved = await moveAway(path, {
      ...{ folder: drop.folder, to: 'needs-fixing' },
      isStill: () => left.shift() ?? true,
    })
    expect([!moved.ok && moved.error.why, left]).toEqual(['changed', []])
    expect(readFileSync(path, 'utf8')).toBe('another')
    expect(existsSync(join(drop.folder, 'needs-fixing/plate7.csv'))).toBe(false)
  })

  test('is absent when somebody took it', async () => {
    using drop = createDropFolder()
    const moved = await moveAway(join(drop.folder, 'no.csv'), {
      folder: drop.folder,
      to: 'done',
      sha256: hash(''),
    })
    expect(!moved.ok && moved.error.why).toBe('absent')
  })

  test('stays, for another try, where the disk refuses', async () => {
    using drop = createDropFolder()
    using elsewhere = createDropFolder()
    const path = put(drop.folder, 'plate7.csv', 'a')
    symlinkSync(elsewhere.folder, join(drop.folder, 'done'))
    const moved = await moveAway(path, { folder: drop.folder, to: 'done', sha256: hash('a') })
    expect(!moved.ok && moved.error.why).toBe('refused')
    expect(readFileSync(path, 'utf8')).toBe('a')
    expect(readdirSync(elsewhere.folder)).toEqual([])
  })

  test('is not followed when it has become a link', async () => {
    using drop = createDropFolder()
    const target = put(drop.folder, 'other', 'a')
    const path = join(drop.folder, 'plate7.csv')
    symlinkSync(target, path)
    const moved = await moveAway(path, { folder: drop.folder, to: 'done', sha256: hash('a') })
    expect(!moved.ok && moved.error.why).toBe('refused')
  })
})

describe('README.txt', () => {
  test('is written once, into an empty folder, and not again when a person deletes it among sheets', async () => {
    using drop = createDropFolder()
    expect(await writeReadme(drop.folder)).toEqual({ ok: true, value: true })
    expect(readFileSync(join(drop.folder, 'README.txt'), 'utf8')).toContain('needs-fixing')
    expect(await writeReadme(drop.folder)).toEqual({ ok: true, value: false })
  })

  test('is not written where sheets lie, or where no folder is', async () => {
    using drop = createDropFolder()
    put(drop.folder, 'plate7.csv', 'a')
    expect(await writeReadme(drop.folder)).toEqual({ ok: true, value: false })
    const none = await writeReadme(join(drop.folder, 'none'))
    expect(!none.ok && none.error.code).toBe('ENOENT')
  })
})

test.for([
  ['2775', 0o2775, 0o644],
  ['750', 0o750, 0o640],
  ['700', 0o700, 0o600],
] as const)(
  'in a drop folder of mode %s all that is made is as open, whatever the umask',
  async ([, mode, files]) => {
    using drop = createDropFolder()
    const umask = process.umask(0o077)
    try {
      chmodSync(drop.folder, mode)
      await writeReadme(drop.folder)
      await writeReport(reportOf(drop.folder))
      const path = put(drop.folder, 'plate7.csv', 'a')
      await moveAway(path, { folder: drop.folder, to: 'needs-fixing', sha256: hash('a') })
      const modeOf = (name: string) => statSync(join(drop.folder, name)).mode & 0o7777
      expect(['_status', 'needs-fixing'].map(modeOf)).toEqual([mode, mode])
      expect(['README.txt', '_status/plate7.csv.html', '_status/plate7.csv.json'].map(modeOf)).toEqual([
        files,
        files,
        files,
      ])
      // Whose sheet it is decides who may read it.
      expect(modeOf('needs-fixing/plate7.csv')).toBe(0o600)
    } finally {
      process.umask(umask)
    }
  },
)
