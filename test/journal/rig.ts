/** Journals in temporary folders, and artifacts to keep in them. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { decideAt } from '../../src/deliver/decide.ts'
import type { Reading, SheetReading } from '../../src/handovers.ts'
import type { Artifact, Journal } from '../../src/journal/journal.ts'
import { openJournal } from '../../src/journal/open.ts'
import type { Library, RunLink } from '../../src/record/library.ts'
import type { RunFacts } from '../../src/record/run.ts'
import { runFacts, silentClaim } from '../rig/facts.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'

type Options = Partial<Parameters<typeof openJournal>[1]>

export const open = (file: string, options: Options = {}) =>
  openJournal(file, { decide: decideAt(1), ...options })

export async function opened(file: string, options: Options = {}): Promise<Journal> {
  const result = await open(file, options)
  if (!result.ok) throw new Error(`${result.error.why}: ${result.error.detail}`)
  return result.value
}

/** A folder of its own until the end of the test, and in it the place of a journal. */
export async function placeOfTest(): Promise<{ folder: string; file: string }> {
  const { path, ...place } = await temporaryFolder()
  onTestFinished(() => place[Symbol.asyncDispose]())
  return { folder: path, file: join(path, 'journal.sqlite') }
}

/** A journal in such a place, closed at the end of the test; `another` opens it once more. */
export async function journalOfTest(): Promise<{
  journal: Journal
  folder: string
  file: string
  another(): Promise<Journal>
}> {
  const { folder, file } = await placeOfTest()
  const journal = await opened(file)
  onTestFinished(() => journal.close())
  return { journal, folder, file, another: () => opened(file) }
}

export function runArtifact(
  path: string,
  facts: Partial<RunFacts> = {},
  given: Partial<Artifact> = {},
): Artifact {
  const run = runFacts({ start: null, ...facts })
  const completion = { state: run.status, because: 'CopyComplete.txt', missing: [], ended: true }
  const reading: Reading = {
    kind: 'run-folder',
    recognisedAs: 'illumina',
    reading: { run, provenance: {}, completion, problems: [], test: null },
    sheet: null,
    sheetFile: null,
  }
  return artifact(path, 'run-folder', reading, given)
}

export function sheetArtifact(
  path: string,
  content: { libraries?: Array<{ name: string; links: RunLink[] }>; batches?: string[] },
  given: Partial<Artifact> = {},
): Artifact {
  const reading: SheetReading = {
    format: 'registration',
    version: null,
    ...{ samples: 1, rows: 1, valid: true, experimentName: null, problems: [], blocked: false },
    libraries: (content.libraries ?? []).map(({ name, links }) => ({
      ...libraryOf(name, links),
      blocked: false,
    })),
    batches: (content.batches ?? []).map((name) => ({
      ...{ name, returnTrackingNumbers: [], tubes: [], rows: [2], blocked: false },
    })),
  }
  const read: Reading = { kind: 'sample-sheet', recognisedAs: 'registration', reading, sha256: 'abc' }
  return artifact(path, 'sheet', read, given)
}

const libraryOf = (name: string, links: RunLink[]): Library => ({
  name,
  ...{ layoutConfig: null, seqKit: null, seqProtocol: null, sopName: null, sopVersion: null },
  ...{ layoutNominalLength: null, layoutReadLength: null, layoutInsertLength: null, biosamples: [] },
  runs: links.map((link) => ({ link, claim: silentClaim, rows: [2] })),
  rows: [2],
})

const artifact = (
  path: string,
  type: Artifact['type'],
  reading: Reading,
  given: Partial<Artifact>,
): Artifact => ({
  ...{ path, root: '/data', type, fingerprint: 'f', sha256: null, status: 'done', reading },
  firstSeen: '2026-11-21T12:00:00.000Z',
  changed: '2026-11-21T12:00:00.000Z',
  ...given,
})
