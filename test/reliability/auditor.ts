/**
 * The auditor: compares what was dropped, what the registries' own log says they took, and what runherald says of it.
 *
 * It shares no code with runherald, nor with the emulated registries, so that no mistake can hide in both. As a program
 * (`node auditor.ts EVIDENCE.json`) it prints one finding a line and ends with 1 when there is any.
 */
import { readFileSync } from 'node:fs'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** A sheet as the test wrote it, in the order of dropping. One name twice is a correction. */
export type DroppedSheet = {
  file: string
  /** `run` is the run id; absent: the sheet makes none. */
  libraries: Array<{ name: string; samples: string[]; run?: string }>
  batches: Array<{ name: string; tubes: string[] }>
  /** It is wrong on purpose: nothing of it may arrive. */
  invalid?: boolean
}

export type Commit = {
  kind: string
  type: string
  effect: string
  id: string
  name: string
  identity: { [key: string]: Json }
  payload: { [key: string]: Json }
}

export type Row = {
  id: string
  registry: string
  kind: string
  subject: { type: string; name: string; library: string | null }
  revision: number
  state: string
  reason: string | null
  nextTry: string | null
  attempts: number
  remoteIds: Record<string, string>
}

export type Report = { file: string; state: string; sent: boolean; registrations: Row[] }
type Line = { event: string; [field: string]: unknown }

export type Evidence = {
  /** What the test did. */
  sheets: DroppedSheet[]
  runs: string[]
  /** Registrations, by id, that a person took into his own hands. */
  overruled: string[]
  /** Log lines may be missing, since a process was killed. */
  wasKilled: boolean
  registries: Array<{ name: string; kind: string }>
  /** What the registries say. */
  commits: Commit[]
  /** What runherald says: `ls --json`, `_status/*.json`, and its log. */
  rows: Row[]
  reports: Report[]
  lines: Line[]
  /** Texts that may stand nowhere. */
  secrets: string[]
}

export type Finding = { rule: string; what: string }

/** What each kind of registry takes: a library alone, a run alone, both in one, or a batch. */
const TAKES: Record<string, { library: boolean; run: boolean; batch: boolean; corrects: boolean }> = {
  'majora-2020-03-24': { library: false, run: true, batch: false, corrects: false },
  'majora-2020-03-25': { library: true, run: true, batch: false, corrects: false },
  'majora-2': { library: true, run: true, batch: false, corrects: true },
  'onecodex-v1': { library: false, run: false, batch: true, corrects: false },
  webhook: { library: true, run: true, batch: true, corrects: false },
}

export function audit(evidence: Evidence): Finding[] {
  const findings: Finding[] = []
  const find = (rule: string, what: string): void => void findings.push({ rule, what })
  const { rows, overruled } = evidence
  doubled(evidence, find)
  tubes(evidence, find)
  for (const row of rows) {
    stuck(row, find)
    inVain(evidence, row, find)
    if (!overruled.includes(row.id)) said(evidence, row, find)
  }
  unexplained(evidence, find)
  lost(evidence, find)
  content(evidence, find)
  for (const report of evidence.reports) reported(evidence, report, find)
  unreported(evidence, find)
  logged(evidence, find)
  for (const secret of evidence.secrets)
    if (JSON.stringify([rows, evidence.reports, evidence.lines]).includes(secret))
      find('secret', 'a secret stands in what runherald says')
  return findings
}

type Find = (rule: string, what: string) => void

const nameOf = ({ subject: { type, name, library }, registry }: Row): string =>
  `${type} ${name}${type === 'run' ? ` of ${library}` : ''} at ${registry}`
const key = ({ kind, type, identity, name }: Commit): string =>
  JSON.stringify(type === 'batch' || type === 'event' ? [kind, type, name] : [kind, type, identity])

function doubled({ commits, rows, overruled }: Evidence, find: Find): void {
  const seen = new Map<string, Commit[]>()
  for (const one of commits)
    if (one.effect === 'created') seen.set(key(one), [...(seen.get(key(one)) ?? []), one])
  for (const several of seen.values()) {
    const [first] = several
    if (first === undefined || several.length === 1) continue
    const row = rows.find((one) => explains(one, first))
    if (row !== undefined && overruled.includes(row.id)) continue
    find('doubled', `${first.type} ${first.name} was registered ${several.length} times at ${first.kind}`)
  }
  for (const one of commits)
    if (one.effect === 'poisoned' || one.effect === 'unlinked')
      find('damaged', `${one.type} ${one.name} is ${one.effect}`)
}

function tubes({ commits }: Evidence, find: Find): void {
  const seen = new Map<string, string>()
  for (const { type, name, identity } of commits) {
    if (type !== 'batch') continue
    for (const tube of texts(identity['tube_barcodes'])) {
      const before = seen.get(tube)
      if (before !== undefined && before !== name)
        find('tube-twice', `tube ${tube} is in ${before} and in ${name}`)
      seen.set(tube, name)
    }
  }
}

/** Is this what the row speaks of? */
function explains(row: Row, commit: Commit): boolean {
  const { type, name, library } = row.subject
  if (row.kind !== commit.kind) return false
  if (row.kind === 'webhook') return commit.name === row.id
  if (type === 'batch') return commit.type === 'batch' && commit.name === name
  if (type === 'library') return commit.type === 'library' && same(commit.identity['library_name'], name)
  if (commit.type === 'library')
    return row.kind === 'majora-2020-03-24' && same(commit.identity['library_name'], library)
  if (commit.type !== 'run' || !same(commit.identity['library_name'], library)) return false
  const runName = commit.identity['run_name']
  return runName === undefined || runName === null || same(runName, name)
}

/** Majora's database compares names without regard to case. */
const same = (a: Json | undefined, b: string | null): boolean =>
  typeof a === 'string' && b !== null && a.toLowerCase() === b.toLowerCase()

function said({ commits }: Evidence, row: Row, find: Find): void {
  const own = commits.filter((commit) => explains(row, commit))
  const isWhole = own.some((commit) => commit.type === row.subject.type || commit.type === 'event')
  const ids = Object.values(row.remoteIds)
  switch (row.state) {
    case 'registered':
      if (!isWhole) find('claimed', `${nameOf(row)} is called registered, and the registry has nothing`)
      for (const id of ids)
        if (
          isWhole &&
          !own.some((commit) => commit.id === id || texts(commit.payload).includes(id) || says(commit, id))
        )
          find('wrong-id', `${nameOf(row)} is said to be ${id}, and is not`)
      return
    case 'refused':
    case 'superseded':
    case 'abandoned':
    case 'waiting':
      if (own.length > 0 && row.attempts === 0 && row.revision === 1)
        find('denied', `${nameOf(row)} is called ${row.state}, and the registry has it`)
      return
    default:
      if (own.length > 0 && row.attempts === 0 && row.revision === 1)
        find('denied', `${nameOf(row)} was never tried, as runherald says, and the registry has it`)
  }
}

/** An id of a part: a sample, or an address that ends in it. */
const says = (commit: Commit, id: string): boolean =>
  JSON.stringify(commit).includes(id) || id.includes(commit.id)

function unexplained({ commits, rows }: Evidence, find: Find): void {
  for (const commit of commits)
    if (!rows.some((row) => explains(row, commit)))
      find(
        'unexplained',
        `${commit.type} ${commit.name} at ${commit.kind} is nothing that runherald speaks of`,
      )
}

const WHY = new Set(['waiting', 'held', 'refused'])
const MOVING = new Set(['queued', 'sending', 'unknown'])

/** Everything has had its time: what still moves must know when it goes on, and what stands must say why. */
function stuck(row: Row, find: Find): void {
  if (WHY.has(row.state) && (row.reason === null || row.reason === ''))
    find('unreasoned', `${nameOf(row)} is ${row.state} and does not say why`)
  if (!MOVING.has(row.state)) return
  const isBehind =
    row.state === 'queued' && row.reason?.startsWith('library ') === true && row.nextTry !== null
  if (!isBehind) find('stuck', `${nameOf(row)} is still ${row.state}`)
}

/** A run that lies there is waited for no more, nor is the sheet that names it. */
function inVain({ sheets, runs }: Evidence, row: Row, find: Find): void {
  const { type, name } = row.subject
  if (row.state !== 'waiting' || type !== 'run' || !runs.includes(name)) return
  const isNamed = sheets.some(
    ({ invalid, libraries }) => invalid !== true && libraries.some(({ run }) => run === name),
  )
  if (row.reason === 'run' || row.reason === 'run-completion' || (row.reason === 'sheet' && isNamed))
    find('stuck', `${nameOf(row)} still waits for its ${row.reason}, which lies there`)
}

/** Every sheet asks for its libraries and batches, and for its runs once they lie there. */
function lost({ sheets, runs, registries, rows }: Evidence, find: Find): void {
  const has = (registry: string, type: string, name: string, library?: string) =>
    rows.some(
      (row) =>
        row.registry === registry &&
        row.subject.type === type &&
        row.subject.name === name &&
        (library === undefined || row.subject.library === library),
    )
  for (const { name: registry, kind } of registries) {
    const takes = TAKES[kind]
    if (takes === undefined) throw new Error(`The auditor does not know what ${kind} takes`)
    for (const sheet of sheets) {
      if (sheet.invalid === true) continue
      for (const { name, run } of sheet.libraries) {
        if (takes.library && !has(registry, 'library', name))
          find('lost', `library ${name} is nowhere at ${registry}`)
        if (run === undefined || !takes.run) continue
        if (!has(registry, 'run', run, name)) find('lost', `run ${run} of ${name} is nowhere at ${registry}`)
      }
      for (const { name } of sheet.batches)
        if (takes.batch && !has(registry, 'batch', name))
          find('lost', `batch ${name} is nowhere at ${registry}`)
    }
    for (const run of runs)
      if (takes.run && !has(registry, 'run', run)) find('lost', `run ${run} is nowhere at ${registry}`)
  }
}

/** What a registry has is what a sheet said; where it takes corrections, what the newest said. */
function content({ sheets, commits, rows }: Evidence, find: Find): void {
  const valid = sheets.filter((one) => one.invalid !== true)
  for (const row of rows) {
    if (row.state !== 'registered' || row.kind === 'webhook') continue
    const { type, name } = row.subject
    const last = commits.findLast((commit) => commit.type === type && explains(row, commit))
    if (last === undefined || type === 'run') continue
    const had = type === 'batch' ? texts(last.identity['tube_barcodes']) : samplesOf(last)
    const wanted = valid.flatMap((sheet) =>
      type === 'batch'
        ? sheet.batches.filter((one) => one.name === name).map((one) => one.tubes)
        : sheet.libraries.filter((one) => one.name === name).map((one) => one.samples),
    )
    const allowed = TAKES[row.kind]?.corrects === true ? wanted.slice(-1) : wanted
    if (!allowed.some((one) => equal(one, had)))
      find('content', `${nameOf(row)} has ${had.join(' ')}, and should have ${allowed.at(-1)?.join(' ')}`)
  }
}

const samplesOf = ({ payload }: Commit): string[] => {
  const samples = payload['biosamples']
  if (!Array.isArray(samples)) return []
  return samples.flatMap((one) =>
    typeof one === 'string' ? [one] : isObject(one) ? texts(one['central_sample_id']) : [],
  )
}

const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const equal = (a: string[], b: string[]): boolean => a.toSorted().join('\n') === b.toSorted().join('\n')

const texts = (value: Json | undefined): string[] =>
  typeof value === 'string' ? [value] : Array.isArray(value) ? value.flatMap(texts) : []

function reported({ rows }: Evidence, report: Report, find: Find): void {
  for (const told of report.registrations) {
    const row = rows.find((one) => one.id === told.id)
    if (row === undefined) find('report', `${report.file} tells of a registration that ls does not know`)
    else if (row.state !== told.state || row.reason !== told.reason)
      find('report', `${report.file} calls ${nameOf(row)} ${told.state}, and ls calls it ${row.state}`)
  }
  const wasSent = rows.some(
    (row) =>
      report.registrations.some(({ id }) => id === row.id) &&
      (row.attempts > 0 || row.state === 'registered'),
  )
  if (report.sent !== wasSent) find('report', `${report.file} says sent: ${report.sent}, which is not so`)
  if (
    report.state === 'done' &&
    report.registrations.some(
      ({ state }) => state !== 'registered' && state !== 'superseded' && state !== 'abandoned',
    )
  )
    find('report', `${report.file} is called done, and is not`)
}

function unreported({ sheets, reports }: Evidence, find: Find): void {
  for (const file of new Set(sheets.map((one) => one.file)))
    if (!reports.some((report) => report.file === file))
      find('report', `${file} was dropped, and nobody is told of it`)
}

/** The log tells of each registration once, with the ids that it has. */
function logged({ rows, lines, commits, wasKilled, overruled }: Evidence, find: Find): void {
  for (const row of rows) {
    const own = lines.filter((line) => line['registration'] === row.id)
    const told = own.filter((line) => line.event === 'registration.registered')
    if (told.length > row.revision)
      find('log', `${nameOf(row)} is called registered ${told.length} times in the log`)
    for (const line of told)
      if (!commits.some((commit) => explains(row, commit)))
        find(
          'log',
          `the log of ${String(line['registration'])} tells of something the registry does not have`,
        )
    if (wasKilled || overruled.includes(row.id)) continue
    if (row.state === 'registered' && told.length === 0)
      find('log', `the log does not tell that ${nameOf(row)} was registered`)
    if (row.state === 'held' && row.attempts > 0 && !own.some((line) => line.event === 'registration.held'))
      find('log', `the log does not tell that ${nameOf(row)} needs a person`)
  }
}

if (import.meta.main) {
  const [, , file] = process.argv
  if (file === undefined) throw new Error('usage: node auditor.ts EVIDENCE.json')
  const findings = audit(JSON.parse(readFileSync(file, 'utf8')) as Evidence)
  for (const { rule, what } of findings) console.log(`${rule}: ${what}`)
  process.exitCode = findings.length === 0 ? 0 : 1
}
