/** A drop folder in a temp folder, and a report to begin with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportedRegistration, ReportedSubject, SheetReport } from '../../src/feedback/report.ts'

export function createDropFolder(): Disposable & { folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'runherald-drop-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

export const reportOf = (folder: string, changes: Partial<SheetReport> = {}): SheetReport => ({
  folder,
  file: 'plate7.csv',
  sha256: 'a'.repeat(64),
  state: 'waiting',
  sent: false,
  about: { format: 'registration', samples: 8 },
  subjects: [],
  earlier: [],
  problems: [],
  said: new Map(),
  paused: new Map(),
  sameAs: null,
  savedAgain: null,
  liesIn: null,
  at: '2026-11-21T14:32:10.000Z',
  timeZone: 'Europe/London',
  ...changes,
})

/** A library with one registration of its own, and what more is given. */
export function libraryOf(
  changes: Partial<ReportedSubject> = {},
  registration: Partial<ReportedRegistration> = {},
): ReportedSubject {
  return {
    type: 'library',
    name: 'BIRM-1',
    rows: [2, 3, 4, 5, 6, 7, 8, 9],
    samples: 8,
    outcome: 'under-way',
    sent: 'none',
    registrations: [registrationOf(registration)],
    ...changes,
  }
}

export const registrationOf = (changes: Partial<ReportedRegistration> = {}): ReportedRegistration => ({
  id: '0b6f4f57-6d3e-5c8a-9d0e-1f2a3b4c5d6e',
  registry: 'climb',
  kind: 'majora-2020-03-25',
  subject: { type: 'library', name: 'BIRM-1', library: 'BIRM-1', path: null },
  revision: 1,
  state: 'queued',
  reason: null,
  since: '2026-11-21T14:32:05.000Z',
  nextTry: null,
  attempts: 0,
  remoteIds: {},
  ...changes,
})

export const runOf = (changes: Partial<ReportedRegistration> = {}): ReportedRegistration =>
  registrationOf({
    id: '7d0c1a52-1111-5c8a-9d0e-1f2a3b4c5d6e',
    subject: { type: 'run', name: 'RUN1', library: 'BIRM-1', path: null },
    ...changes,
  })
