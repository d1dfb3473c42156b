/** How well a reading agrees with what a corpus expects of it, field by field: one set of rules for every make. */
import type { Problem } from '../../src/problems.ts'
import type { RunFacts } from '../../src/record/run.ts'
import type { Stamp } from '../../src/record/time.ts'
import type { CorpusRow } from './corpus.ts'

/**
 * `wrong`: values given that are not the expected one nor an accepted alternative; the rest of `bad` is null where a
 * value was expected. `notes` names every field that differs.
 */
export type Score = { fields: number; bad: number; wrong: number; notes: string[] }

/** What was read of a folder; `run` is null where it was not recognised. */
type Scored = { run: RunFacts | null; problems: readonly Problem[] }

export function scoreRun(row: CorpusRow, { run, problems }: Scored): Score {
  const score: Score = { fields: 0, bad: 0, wrong: 0, notes: [] }
  const expect = row.expect
  const field = (name: string, good: boolean, got: unknown, want: unknown) => {
    score.fields++
    if (good) return
    score.bad++
    if (![null, undefined, '', 'unknown'].includes(got as null)) score.wrong++
    score.notes.push(`${name}: got ${JSON.stringify(got)}, expected ${JSON.stringify(want)}`)
  }

  if (expect['notARunFolder']) {
    field('notARunFolder', run?.status !== 'completed', run?.status ?? null, 'not a completed run')
    return score
  }
  if (run === null) {
    field('recognised', false, null, expect['runId'])
    return score
  }

  const skipped = new Set(row.uncertain ?? [])
  const conflict = new Set(row.mustFlagConflict ?? [])
  const flagged = problems.length > 0
  const accepted = (name: string): unknown[] => [
    expect[name] ?? null,
    ...(row.alternatives?.[name] ?? []),
    ...list(expect[`${name}AnyOf`]),
  ]

  for (const name of PLAIN_FIELDS) {
    if (!(name in expect) || skipped.has(name)) continue
    const got = run[name]
    if (conflict.has(name)) {
      field(name, flagged, got, 'a problem that names the conflict')
      continue
    }
    const wanted = accepted(name)
    if (name === 'flowcellType') {
      // Most kinds follow from no element; a reader may infer them or be silent.
      wanted.push(expect['flowcellTypeRaw'], expect['flowcellTypeInferred'])
      if (expect['flowcellType'] === null || expect['flowcellTypeInferred']) wanted.push(null)
    }
    if (name === 'experimentName' && expect['experimentNameFromSampleSheet'])
      wanted.push(expect['experimentNameFromSampleSheet'])
    field(name, wanted.includes(got), got, wanted[0])
  }

  if ('sequencingUuid' in expect && !conflict.has('sequencingUuid')) {
    const wanted = accepted('sequencingUuid').map((one) => (one ? String(one).toLowerCase() : null))
    field('sequencingUuid', wanted.includes(run.sequencingUuid), run.sequencingUuid, wanted[0])
  }

  for (const [theirs, ours] of [
    ['startTime', 'start'],
    ['endTime', 'end'],
  ] as const) {
    if (!(theirs in expect) || skipped.has(theirs)) continue
    if (conflict.has(theirs)) {
      field(theirs, flagged, null, 'a problem that names the conflict')
      continue
    }
    if (expect[theirs] === null && String(expect[`${theirs}Basis`] ?? '').startsWith('mtime')) continue
    const utc = expect[`${theirs}Utc`]
    const inferred = theirs === 'endTime' && expect['endTimeInferred'] ? [expect['endTimeInferred']] : []
    const wanted = utc ? [utc, ...(row.alternatives?.[theirs] ?? [])] : [...accepted(theirs), ...inferred]
    const byDay = expect[`${theirs}Precision`] === 'date'
    field(theirs, isSameTime(run[ours], wanted, byDay), run[ours]?.text ?? null, wanted[0])
  }

  if ('status' in expect && !conflict.has('status') && !skipped.has('status')) {
    if (expect['statusMustNotBe']) {
      const forbidden = list(expect['statusMustNotBe']).map(ourStatus)
      field('status', !forbidden.includes(run.status), run.status, `not ${forbidden}`)
    } else {
      const wanted = accepted('status').map(ourStatus)
      field('status', wanted.includes(run.status), run.status, wanted[0])
    }
  }
  if ('fullyCopied' in expect && !skipped.has('fullyCopied'))
    field('fullyCopied', run.fullyCopied === expect['fullyCopied'], run.fullyCopied, expect['fullyCopied'])
  if ((expect['numSamples'] ?? null) !== null && !skipped.has('numSamples'))
    field('numSamples', run.sheet?.samples === expect['numSamples'], run.sheet?.samples, expect['numSamples'])
  const cells = list(expect['cells'])
  if (cells.length > 0) field('cells', run.cells.length === cells.length, run.cells.length, cells.length)
  return score
}

const PLAIN_FIELDS = [
  'runId',
  'flowcellId',
  'flowcellType',
  'instrumentMake',
  'instrumentModel',
  'instrumentSerial',
  'experimentName',
  'readStructure',
  'laneCount',
  'kit',
  'sampleId',
] as const

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value ? [value] : [])

function ourStatus(theirs: unknown): string {
  if (theirs === 'aborted' || theirs === 'stopped_by_user') return 'stopped'
  return theirs === null ? 'unknown' : String(theirs)
}

/** An instant to the second (to the millisecond where the corpus has them), a wall clock as it stands, in no zone. */
function isSameTime(got: Stamp | null, wanted: unknown[], byDay: boolean): boolean {
  return wanted.some((want) => {
    if (typeof want !== 'string') return got === null || got.zone === 'mtime'
    if (got === null) return false
    const wantedInstant = instantOf(want)
    if (wantedInstant !== null) {
      const tolerance = want.includes('.') ? 1.1 : 1000
      return got.instant !== null && Math.abs(Date.parse(got.instant) - wantedInstant) < tolerance
    }
    if (got.instant !== null && got.zone !== 'configured') return false
    const [day, clock] = wallOf(want)
    const [gotDay, gotClock] = wallOf(got.local ?? '')
    return day === gotDay && (byDay || clock === '' || clock === gotClock)
  })
}

/** Milliseconds since 1970 of an ISO text with a zone; null where it has none. */
function instantOf(text: string): number | null {
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(text)) return null
  const at = Date.parse(text.replace(/(\.\d{3})\d*/, '$1'))
  return Number.isNaN(at) ? null : at
}

/** Day, and hour and minute where they are told. */
const wallOf = (text: string): [string, string] => {
  const found = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d))?/.exec(text)
  return [found?.[1] ?? '', found?.[2] ?? '']
}
