/** The first line of a report, and the words for each registration in it. */
import { describe, expect, test } from 'vitest'
import { count, moment } from '../../src/feedback/numbers.ts'
import { stateWords } from '../../src/feedback/registration-words.ts'
import type { ReportedSubject, SheetReport } from '../../src/feedback/report.ts'
import { aboutWords, headlineOf } from '../../src/feedback/words.ts'
import { problem } from '../../src/problems.ts'
import type { PauseReason } from '../../src/record/registration.ts'
import { libraryOf, registrationOf, reportOf, runOf } from './rig.ts'

const typo = problem('sample-sheet.value-missing', 'library_source is empty', { rows: [3] })
const absent = problem('sample-sheet.column-missing', 'no column library_name')
const registered = (name: string): ReportedSubject =>
  libraryOf({ name, outcome: 'registered', sent: 'all' }, { state: 'registered', attempts: 1 })
const blocked = (name: string) => libraryOf({ name, outcome: 'blocked', registrations: [] })
const earlierSheet = { file: 'plate6.csv', since: '2026-11-20T09:00:00.000Z' }

describe('the first line', () => {
  test.for<[situation: string, changes: Partial<SheetReport>, says: string]>([
    [
      'a copy under way',
      { state: 'received', sha256: null },
      'Nothing has been sent yet. You need not do anything: the sheet has arrived and is read as soon as its copy has ended.',
    ],
    [
      'a new version of a sheet that was sent',
      { state: 'received', sha256: null, sent: true },
      'Nothing of this version has been sent yet; what was sent before stays as it is. You need not do anything: the sheet has arrived and is read as soon as its copy has ended.',
    ],
    [
      'a file that cannot be read',
      { state: 'received', problems: [problem('path.unreadable', 'another program holds it open')] },
      'Nothing has been sent yet. The file cannot be read for now; it is tried again by itself.',
    ],
    [
      'a sheet whose run has not come',
      { subjects: [libraryOf({ registrations: [runOf({ state: 'waiting', reason: 'run' })] })] },
      'Nothing has been sent yet. You need not do anything: it waits for its run, RUN1. If that is finished, check that the sheet names it as the instrument does.',
    ],
    [
      'a sheet that probably misspells its run',
      {
        subjects: [libraryOf({}, { state: 'waiting', reason: 'run' })],
        problems: [problem('sheet.run-alike', '"RUN1" in the sheet, RUN2 on the disk')],
      },
      'Nothing has been sent yet. Check the name of its run: that run has not come, but one of nearly that name is there. Read below.',
    ],
    [
      'a library that is there while its run has not come',
      {
        sent: true,
        subjects: [
          libraryOf({
            sent: 'part',
            registrations: [
              registrationOf({ state: 'registered' }),
              runOf({ state: 'waiting', reason: 'run' }),
            ],
          }),
        ],
      },
      'The library in this sheet has been sent, its run has not yet. You need not do anything: it waits for its run, RUN1. If that is finished, check that the sheet names it as the instrument does.',
    ],
    [
      'a sheet that may still be corrected',
      { subjects: [libraryOf({}, { state: 'waiting', reason: 'grace' })] },
      'Nothing has been sent yet. You need not do anything: it will be sent in a moment, and until then you can still correct the sheet.',
    ],
    [
      'a sheet on its way',
      { sent: true, subjects: [libraryOf({ sent: 'all' }, { state: 'sending', attempts: 1 })] },
      'The library in this sheet has been sent. You need not do anything: it is being registered.',
    ],
    [
      'two libraries, one on its way',
      { sent: true, subjects: [registered('A'), libraryOf({ name: 'B' })] },
      '1 of 2 libraries was sent, 1 was not yet. You need not do anything: it is being registered.',
    ],
    [
      'a registry that is away',
      { paused: new Map([['climb', 'away']]), subjects: [libraryOf()] },
      'Nothing has been sent yet. You need not do anything: the registry takes nothing for now, and it is sent as soon as it does.',
    ],
    [
      'a sheet that is registered',
      { state: 'done', sent: true, subjects: [registered('A'), registered('B')] },
      'Everything in this sheet was sent and is registered. You need not do anything.',
    ],
    [
      'a sheet dropped before',
      { state: 'done', sameAs: earlierSheet, subjects: [registered('A')] },
      'Nothing was sent again: this is the same sheet as plate6.csv, which was dropped before. Everything in it is registered. You need not do anything.',
    ],
    [
      'a sheet dropped before that waits',
      { sameAs: earlierSheet, subjects: [libraryOf({}, { state: 'waiting', reason: 'run-completion' })] },
      'Nothing was sent again: this is the same sheet as plate6.csv, which was dropped before. You need not do anything: it waits for its run to finish.',
    ],
    [
      'a sheet with nothing to register',
      { state: 'done' },
      'Nothing was sent: there is nothing in this sheet to register. If that surprises you, read below.',
    ],
    [
      'a sheet whose library a newer one describes',
      { state: 'done', subjects: [libraryOf({ outcome: 'replaced' }, { state: 'queued' })] },
      'Nothing was sent. You need not do anything. Read below why.',
    ],
    [
      'a sheet with errors',
      { state: 'needs-fixing', problems: [absent, typo] },
      'Nothing was sent. Correct the 2 errors below and save the file again.',
    ],
    [
      'a corrected sheet with an error, after the first was registered',
      {
        state: 'needs-fixing',
        problems: [typo],
        subjects: [libraryOf({ outcome: 'blocked' }, { state: 'registered', attempts: 1 })],
      },
      'Nothing of this sheet was sent; what was registered before stays as it is. Correct the error below and save the file again.',
    ],
    [
      'a sheet the registry refused',
      {
        state: 'needs-fixing',
        sent: true,
        subjects: [
          libraryOf(
            { outcome: 'attention', sent: 'all' },
            { state: 'refused', reason: 'by-registry', attempts: 1 },
          ),
        ],
      },
      'The library in this sheet was sent. Read below what was refused and why, correct it, and save the file again.',
    ],
    [
      'a sheet others decide about',
      {
        state: 'needs-fixing',
        sent: true,
        subjects: [
          libraryOf(
            { outcome: 'attention', sent: 'all' },
            { state: 'held', reason: 'unknown-outcome', attempts: 1 },
          ),
        ],
      },
      'The library in this sheet was sent. There is nothing to correct in the sheet: the person who looks after runherald has to decide. Please show them this page, and do not register it in another way meanwhile.',
    ],
    [
      'a sheet that no registry takes',
      {
        state: 'needs-fixing',
        problems: [problem('sheet.unwanted', 'library "A"')],
        subjects: [libraryOf({ outcome: 'unwanted', registrations: [] })],
      },
      'Nothing was sent. There is nothing to correct in the sheet: the person who looks after runherald has to decide. Please show them this page, and do not register it in another way meanwhile.',
    ],
    [
      'a sheet with an error in one library while another was refused',
      {
        state: 'partly',
        sent: true,
        problems: [typo],
        subjects: [
          libraryOf(
            { name: 'A', outcome: 'attention', sent: 'all' },
            { state: 'refused', reason: 'by-registry', attempts: 1 },
          ),
          blocked('B'),
        ],
      },
      '1 of 2 libraries was sent, 1 was not. Correct the error below, and what the registry refused, and save the file again.',
    ],
    [
      'a sheet with an error in one of three libraries',
      {
        state: 'partly',
        sent: true,
        problems: [typo],
        subjects: [registered('A'), registered('B'), blocked('C')],
      },
      '2 of 3 libraries were sent, 1 was not. Correct the error below and save the file again.',
    ],
  ])('of %s says whether anything was sent and what to do', ([, changes, says]) => {
    const { sent, todo } = headlineOf(reportOf('/drop', changes))
    expect(`${sent} ${todo}`).toBe(says)
  })
})

test.for([
  ['waiting', 'sheet', 'Waiting for a sample sheet'],
  ['waiting', 'run-completion', 'Waiting for the run to finish'],
  ['queued', null, 'Being registered'],
  ['queued', 'library BIRM-1', 'Being registered'],
  ['sending', null, 'Being registered'],
  ['unknown', null, 'Checking whether it arrived'],
  ['registered', null, 'Registered'],
  ['refused', 'by-registry', 'Refused by the registry'],
  ['refused', 'by-rule', 'Cannot be registered there'],
  ['held', 'conflict', 'Needs attention'],
  ['superseded', null, 'Replaced'],
  ['abandoned', null, 'Given up'],
] as const)('%s (%s) is shown as "%s"', ([state, reason, words]) => {
  const circumstances = { paused: new Map(), timeZone: null }
  expect(stateWords(registrationOf({ state, reason }), circumstances).words).toBe(words)
})

test('a missing library and the next try are named, in the time of the site', () => {
  const one = registrationOf({ reason: 'library BIRM-1', nextTry: '2026-07-21T15:00:00.000Z' })
  expect(stateWords(one, { paused: new Map(), timeZone: 'Europe/London' }).meaning).toBe(
    'The registry does not know library BIRM-1 yet. The next try is at 21 July 2026, 16:00.',
  )
})

test.for<[PauseReason, string]>([
  ['away', 'cannot be reached'],
  ['credentials', 'access data'],
  ['operator', 'lets nothing through'],
  ['answers-changed', 'unexpected way'],
])('a registry paused because of %s is said to be so', ([reason, words]) => {
  const paused = new Map([['climb', reason]])
  expect(stateWords(registrationOf(), { paused, timeZone: null }).meaning).toContain(words)
})

test('what a sheet is is said in a person’s words', () => {
  const subjects = [registered('A'), registered('B')]
  expect(aboutWords(reportOf('/drop', { subjects }))).toBe(
    'Registration sheet with 2 libraries and 8 biosamples',
  )
  expect(aboutWords(reportOf('/drop', { about: { format: 'illumina-v1', samples: 1 } }))).toBe(
    'Illumina sample sheet with 1 sample',
  )
  expect(aboutWords(reportOf('/drop', { about: null }))).toBeNull()
})

test('numbers and moments are written as people write them', () => {
  expect([count(1, 'library'), count(2, 'library'), count(3, 'batch'), count(0, 'error')]).toEqual([
    '1 library',
    '2 libraries',
    '3 batches',
    '0 errors',
  ])
  expect(moment('2026-11-21T14:32:05.000Z', null)).toBe('21 November 2026, 14:32')
})
