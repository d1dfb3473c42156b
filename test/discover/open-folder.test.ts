/** What may be read of a run folder or a sheet: what lies below its root, is a file, and is no junk. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isJunk } from '../../src/discover/junk.ts'
import { MOST_NAMES, openRunFolder, openSheet } from '../../src/discover/open-folder.ts'
import { readFault } from '../../src/discover/safe-read.ts'
import type { RunFolder } from '../../src/handovers.ts'

let folder: string
let root: string
let run: string
const limit = { maxBytes: 1000 }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runherald-open-'))
  root = join(folder, 'root')
  run = join(root, 'group', 'sample', 'RUN1')
  mkdirSync(join(run, 'Data', 'Intensities'), { recursive: true })
  writeFileSync(join(run, 'RunInfo.xml'), '<RunInfo/>')
  writeFileSync(join(folder, 'secret'), 'not yours')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const opened = (): RunFolder => {
  const result = openRunFolder(run, { root })
  if (!result.ok) throw new Error(result.error.detail)
  return result.value
}
const text = (path: string) => {
  const result = opened().read(path, limit)
  return result.ok ? Buffer.from(result.value).toString() : result.error.why
}

describe('a run folder', () => {
  test('lists its names sorted, folders with a slash, junk left out', () => {
    for (const name of [
      '._RunInfo.xml',
      '.DS_Store',
      '.RunInfo.xml.AbC123',
      '.nfs0001',
      'x.tmp',
      'SampleSheet.csv',
    ])
      writeFileSync(join(run, name), '')
    writeFileSync(join(run, '.m54238_180628_014238.metadata.xml'), '')
    expect(opened().names).toEqual([
      '.m54238_180628_014238.metadata.xml',
      'Data/',
      'RunInfo.xml',
      'SampleSheet.csv',
    ])
    expect(opened().list('Data')).toEqual(['Intensities/'])
    expect(opened().list('Data/')).toEqual(['Intensities/'])
    expect(opened().list('no such folder')).toEqual([])
    expect(opened().list('RunInfo.xml')).toEqual([])
  })

  test('lists no more than 10,000 names of a read folder', () => {
    for (let at = 0; at < MOST_NAMES + 10; at++) writeFileSync(join(run, 'Data', `${at}.cbcl`), '')
    expect(opened().list('Data')).toHaveLength(MOST_NAMES)
  })

  test('reads a file, and one behind a link within the folder', () => {
    symlinkSync('RunInfo.xml', join(run, 'runInfo.xml'))
    expect(text('RunInfo.xml')).toBe('<RunInfo/>')
    expect(text('runInfo.xml')).toBe('<RunInfo/>')
    expect(opened().modified('RunInfo.xml')).toBeInstanceOf(Date)
    expect(opened().modified('CopyComplete.txt')).toBeNull()
  })

  test.for<[what: string, path: string, why: string, make: () => void]>([
    ['is not there', 'CopyComplete.txt', 'absent', () => {}],
    ['lies below a file', 'RunInfo.xml/x', 'absent', () => {}],
    ['is a folder', 'Data', 'not-a-file', () => {}],
    ['is a pipe', 'pipe', 'not-a-file', () => execFileSync('mkfifo', [join(run, 'pipe')])],
    [
      'is too large',
      'big',
      'too-large',
      () => {
        writeFileSync(join(run, 'big'), '')
        truncateSync(join(run, 'big'), 2000)
      },
    ],
    [
      'is a link out of it',
      'link',
      'outside-root',
      () => symlinkSync(join(folder, 'secret'), join(run, 'link')),
    ],
    ['lies in a linked folder', 'out/secret', 'outside-root', () => symlinkSync(folder, join(run, 'out'))],
    ['lies above it', '../../../../secret', 'outside-root', () => {}],
    ['is a device behind a link', 'zero', 'outside-root', () => symlinkSync('/dev/zero', join(run, 'zero'))],
    ['is a dangling link', 'dangling', 'absent', () => symlinkSync('/nowhere', join(run, 'dangling'))],
    ['is a link to itself', 'loop', 'not-a-file', () => symlinkSync('loop', join(run, 'loop'))],
  ])('gives a fault for a file that %s', ([, path, why, make]) => {
    make()
    expect(text(path)).toBe(why)
  })

  test('lists and dates nothing behind a link out of it', () => {
    symlinkSync(folder, join(run, 'out'))
    expect(opened().list('out')).toEqual([])
    expect(opened().list('..')).toEqual([])
    expect(opened().modified('out/secret')).toBeNull()
  })

  test('that leads out of the root, is a file, or is not there is not opened', () => {
    symlinkSync(folder, join(root, 'LINKED'))
    const why = (path: string) => {
      const result = openRunFolder(path, { root })
      return result.ok ? 'opened' : result.error.why
    }
    expect(why(join(root, 'LINKED'))).toBe('outside-root')
    expect(why(join(run, 'RunInfo.xml'))).toBe('not-a-file')
    expect(why(join(root, 'no'))).toBe('absent')
  })
})

describe('a sheet', () => {
  test('is read whole from below its root only', () => {
    writeFileSync(join(root, 'plate.csv'), 'a,b')
    symlinkSync(join(folder, 'secret'), join(root, 'link.csv'))
    const open = (name: string, maxBytes = 100) => {
      const result = openSheet(join(root, name), { root, maxBytes })
      return result.ok ? Buffer.from(result.value).toString() : result.error.why
    }
    expect(open('plate.csv')).toBe('a,b')
    expect(open('plate.csv', 3)).toBe('a,b')
    expect(open('plate.csv', 2)).toBe('too-large')
    expect(open('link.csv')).toBe('outside-root')
    expect(open('no.csv')).toBe('absent')
  })
})

test('a handle that the network drive lost is named so, though Node has no word for it', () => {
  const stale = Object.assign(new Error('Unknown system error -116'), {
    code: 'Unknown system error -116',
    errno: -116,
  })
  expect(readFault(stale)).toEqual({ why: 'unreadable', detail: expect.stringContaining('network drive') })
})

test.for([
  ['._SampleSheet.csv', true],
  ['.DS_Store', true],
  ['Thumbs.db', true],
  ['desktop.ini', true],
  ['~$SampleSheet.xlsx', true],
  ['.~lock.SampleSheet.csv#', true],
  ['.RunInfo.xml.Ab12Cd', true],
  ['.nfs000012', true],
  ['.smbdeleteAAA1', true],
  ['.fuse_hidden0001', true],
  ['a.tmp', true],
  ['a.PART', true],
  ['a.partial', true],
  ['a.filepart', true],
  ['a.crdownload', true],
  ['.a.swp', true],
  ['a.csv~', true],
  ['RUN1.tmp/', true],
  ['RunInfo.xml', false],
  ['.m64123_240102_102345.metadata.xml', false],
  ['.r64_20240102.run.metadata.xml', false],
  ['m1.transferdone', false],
  ['SampleSheet (1).csv', false],
  ['Data/', false],
] as const)('%s is junk: %s', ([name, junk]) => {
  expect(isJunk(name)).toBe(junk)
})
