/** The direction rule: which part of `src` may import which, as one table held against every import line. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

const LEAVES = ['problems', 'events', 'event-loop', 'result']
const SHARED = [...LEAVES, 'record', 'handovers', 'decision', 'formats']
const ROOMS = ['discover', 'sequencers', 'sample-sheets', 'registries', 'deliver', 'journal', 'feedback']
const LISTS = ['sequencers/index.ts', 'sample-sheets/index.ts', 'registries/index.ts']
const MEETING = [
  'inspect',
  'inspect-thread',
  'inspector',
  'planning',
  'pipeline',
  'retrying',
  'batches',
  'run-intake',
  'sheet-intake',
  'adoption',
  'stalling',
  'watching',
  'sandboxes',
  'acts',
  'to-delivery',
  'teller',
  'daemon',
]
const WINDOWS = ['ops', 'cli', 'log', 'main']

/** Who may import what, besides itself. A name stands for a file of `src` or a folder and all in it. */
const MAY_IMPORT: Record<string, string[]> = {
  problems: [],
  events: [],
  'event-loop': [],
  result: [],
  formats: ['problems', 'result'],
  record: LEAVES,
  handovers: [...LEAVES, 'record'],
  decision: [...LEAVES, 'record', 'handovers'],
  ...Object.fromEntries(ROOMS.map((room) => [room, SHARED])),
  config: [...LEAVES, 'record', ...LISTS, 'registries/registry.ts'],
  ...Object.fromEntries(MEETING.map((one) => [one, [...SHARED, ...ROOMS, ...MEETING, 'config']])),
  ops: [...SHARED, ...ROOMS, ...MEETING, 'config'],
  log: [...LEAVES, 'config'],
  cli: [...SHARED, ...ROOMS, ...MEETING, 'config', 'sandbox', ...WINDOWS.filter((one) => one !== 'main')],
  main: ['cli'],
  sandbox: [],
  setup: [],
  launcher: [],
}

/** Rooms that are lists: every file or folder in them that gives an entry must be named in `index.ts`. */
const LIST_ROOMS: Record<string, { of: string; entry: RegExp }> = {
  sequencers: { of: 'Sequencer', entry: /satisfies Sequencer\b|: Sequencer =/ },
  'sample-sheets': { of: 'SheetFormat', entry: /satisfies SheetFormat\b|: SheetFormat =/ },
  registries: { of: 'Registry', entry: /satisfies Registry\b|: Registry =/ },
}

const copies: string[] = []
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true })
})

test('every import goes in a direction that the table allows', () => {
  expect(forbiddenImports(SRC)).toEqual([])
})

test('every make, sheet format and registry kind is named in the list of its room', () => {
  expect(unlisted(SRC)).toEqual([])
})

test.for([
  ['a room that imports another room', 'journal/planted.ts', "import { x } from '../deliver/y.ts'"],
  ['a leaf that imports a room', 'result.ts', "import { x } from './journal/y.ts'"],
  ['a room that imports a window', 'feedback/planted.ts', "import type { X } from '../cli/terminal.ts'"],
  ['a sandbox that shares our code', 'sandbox/planted.ts', "export { ok } from '../result.ts'"],
  ['a lazy import', 'discover/planted.ts', "const x = await import('../registries/index.ts')"],
  ['a daemon that imports the windows', 'daemon.ts', "import { x } from './ops/y.ts'"],
  [
    'the configuration seeing more than the lists',
    'config/planted.ts',
    "import { x } from '../registries/majora-2.ts'",
  ],
] as const)('%s is found', ([, file, line]) => {
  const src = copyOf(SRC)
  writeFileSync(join(src, file), `${line}\n`)
  expect(forbiddenImports(src).filter((one) => one.startsWith(file))).toHaveLength(1)
})

test('a registry kind that its list does not name is found', () => {
  const src = copyOf(SRC)
  writeFileSync(join(src, 'registries/planted.ts'), 'export const planted = {} satisfies Registry\n')
  expect(unlisted(src)).toEqual(['registries/planted.ts'])
})

function forbiddenImports(src: string): string[] {
  return sourceFiles(src).flatMap((file) => {
    const from = partOf(file)
    const allowed = MAY_IMPORT[from]
    if (allowed === undefined) return [`${file} stands in no row of the table`]
    return importsOf(src, file)
      .filter((to) => partOf(to) !== from && !allowed.includes(partOf(to)) && !allowed.includes(to))
      .map((to) => `${file} imports ${to}`)
  })
}

function unlisted(src: string): string[] {
  return Object.entries(LIST_ROOMS).flatMap(([room, { entry }]) => {
    const listed = importsOf(src, `${room}/index.ts`)
    return sourceFiles(src)
      .filter((file) => file.startsWith(`${room}/`) && file !== `${room}/index.ts`)
      .filter((file) => entry.test(readFileSync(join(src, file), 'utf8')) && !listed.includes(file))
  })
}

/** What a file imports from `src`, as paths relative to it: statically, lazily, and by exporting it again. */
function importsOf(src: string, file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const found = text.matchAll(/(?:\bfrom|\bimport|\bnew URL)\s*\(?\s*'(\.[^']+\.(?:ts|js))'/g)
  return [...found]
    .map(([, path]) => relative(src, resolve(join(src, dirname(file)), String(path))))
    .filter((path) => !path.startsWith('..'))
}

/** The folder a file lies in, or for a file of `src` itself its name without ending. */
const partOf = (file: string): string =>
  file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.\w+$/, '')

const sourceFiles = (src: string): string[] =>
  readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(ts|js)$/.test(file))

function copyOf(src: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'runherald-architecture-'))
  copies.push(copy)
  cpSync(src, copy, { recursive: true })
  return copy
}
