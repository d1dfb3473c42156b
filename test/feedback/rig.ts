/** A drop folder in a temp folder, and a report to begin with. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReportedRegistration, SheetReport } from '../../src/feedback/report.ts'

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
  registrations: [],
  problems: [],
  ...changes,
})

export const registrationOf = (changes: Partial<ReportedRegistration> = {}): ReportedRegistration => ({
  id: '0b6f4f57-6d3e-5c8a-9d0e-1f2a3b4c5d6e',
  registry: 'climb',
  kind: 'majora-2020-03-25',
  subject: { type: 'library', key: 'library/BIRM-1', name: 'BIRM-1', library: null, path: null },
  revision: 1,
  state: 'queued',
  reason: null,
  since: '2026-11-21T14:32:05.000Z',
  nextTry: null,
  attempts: 0,
  remoteIds: {},
  ...changes,
})
