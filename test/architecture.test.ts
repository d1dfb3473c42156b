/** The direction rule: which part of `src` may import which, as one table held against every import line. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, resolve } from 'node:path'
import { expect, test } from 'vitest'

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

/** Rooms that are lists, and the type of an entry: every file in them that gives one must be named in `index.ts`. */
const LIST_ROOMS = { sequencers: 'Sequencer', 'sample-sheets': 'SheetFormat', registries: 'Registry' }

/** What stands in each file of `src`, by its path there. */
type Sources = ReadonlyMap<string, string>

const sources: Sources = new Map(
  readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(ts|js)$/.test(file))
    .map((file) => [file, readFileSync(join(SRC, file), 'utf8')]),
)

test('every import goes in a direction that the table allows', () => {
  expect(forbiddenImports(sources)).toEqual([])
})

test('every row of the table, and every name in it, stands for something in src', () => {
  const parts = new Set([...sources.keys()].flatMap((file) => [partOf(file), file]))
  const named = Object.entries(MAY_IMPORT).flatMap(([from, allowed]) => [from, ...allowed])
  expect(named.filter((name) => !parts.has(name))).toEqual([])
})

test('every make, sheet format and registry kind is named in the list of its room', () => {
  expect(unlisted(sources)).toEqual([])
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
  ['a file of no part', 'planted.ts', ''],
] as const)('%s is found', ([, file, line]) => {
  expect(forbiddenImports(new Map([[file, line]]))).toEqual([expect.stringContaining(file)])
})

test('a registry kind that its list does not name is found', () => {
  const planted = 'export const planted = {} satisfies Registry'
  expect(unlisted(new Map([...sources, ['registries/planted.ts', planted]]))).toEqual([
    'registries/planted.ts',
  ])
})

function forbiddenImports(files: Sources): string[] {
  return [...files].flatMap(([file, text]) => {
    const from = partOf(file)
    const allowed = MAY_IMPORT[from]
    if (allowed === undefined) return [`${file} stands in no row of the table`]
    return importsOf(file, text)
      .filter((to) => partOf(to) !== from && !allowed.includes(partOf(to)) && !allowed.includes(to))
      .map((to) => `${file} imports ${to}`)
  })
}

function unlisted(files: Sources): string[] {
  return Object.entries(LIST_ROOMS).flatMap(([room, type]) => {
    const index = `${room}/index.ts`
    const listed = importsOf(index, files.get(index) ?? '')
    const entry = new RegExp(`satisfies ${type}\\b|: ${type} =`)
    return [...files]
      .filter(([file, text]) => file.startsWith(`${room}/`) && file !== index && entry.test(text))
      .map(([file]) => file)
      .filter((file) => !listed.includes(file))
  })
}

/** What a file imports from `src`, as paths in it: statically, lazily, and by exporting it again. */
function importsOf(file: string, text: string): string[] {
  const found = text.matchAll(/(?:\bfrom|\bimport|\bnew URL)\s*\(?\s*'(\.[^']+\.(?:ts|js))'/g)
  return [...found]
    .map(([, path]) => posix.join(dirname(file), String(path)))
    .filter((path) => !path.startsWith('..'))
}

/** The folder a file lies in, or for a file of `src` itself its name without ending. */
const partOf = (file: string): string =>
  file.includes('/') ? (file.split('/')[0] ?? '') : file.replace(/\.\w+$/, '')
