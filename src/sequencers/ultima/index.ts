/**
 * Ultima UG 100 (experimental). Its run folder tells little: wafer, start and end are known to the vendor's own
 * interface alone, so they are null here.
 */
import { attribute, parseXml } from '../../formats/xml.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Completion, Provenance, RunReading } from '../../record/run.ts'
import { mtimeStamp } from '../../record/time.ts'
import type { Sequencer } from '../sequencer.ts'

export const ultima = {
  recognise: ({ name, names }) => FOLDER_NAME.test(name) || names.some((one) => LIBRARY_INFO.test(one)),
  marks: ({ names }) =>
    names.filter((name) => LIBRARY_INFO.test(name) || name === UPLOAD_COMPLETED || isSheet(name)),
  sheets: ({ names }) => names.filter(isSheet),
  read,
} satisfies Sequencer

/** `424090-20250822_0117`: run id, then the time in no known zone. */
const FOLDER_NAME = /^(\d{4,12})-\d{8}_\d{4}$/
const LIBRARY_INFO = /^.+_LibraryInfo\.xml$/
const UPLOAD_COMPLETED = 'UploadCompleted.json'
const isSheet = (name: string): boolean => /\.csv$/i.test(name)

function read(folder: RunFolder): RunReading {
  const byName = FOLDER_NAME.exec(folder.name)?.[1] ?? null
  const library = libraryInfo(folder)
  const problems: Problem[] = []
  if (byName && library.runId && byName !== library.runId)
    problems.push(
      problem(
        'run-folder.ids-disagree',
        `it is of run ${library.runId}, this folder's name of run ${byName}`,
        { file: library.file },
      ),
    )
  if (library.fault !== null)
    problems.push(problem('run-folder.file-unreadable', library.fault, { file: library.file }))
  const agreed = problems.length === 0 ? (library.runId ?? byName) : byName
  const completion = completionOf(folder, library)
  const ended = completion.ended ? folder.modified(UPLOAD_COMPLETED) : null
  const provenance: Provenance = {
    runId:
      agreed !== null && agreed === library.runId
        ? { file: library.file ?? folder.name, at: '/SampleInfo/@RunId' }
        : { file: folder.name, at: 'folder name' },
  }
  if (ended) provenance.end = { file: UPLOAD_COMPLETED, at: 'modification time' }
  return {
    run: {
      runId: agreed ?? folder.name,
      folderName: folder.name,
      sequencingUuid: null,
      instrumentMake: 'ULTIMA',
      instrumentModel: 'UG 100',
      instrumentSerial: null,
      flowcellId: null,
      flowcellType: null,
      position: null,
      start: null,
      end: ended && mtimeStamp(ended),
      status: completion.state,
      fullyCopied: completion.state === 'completed',
      experimentName: null,
      sampleId: null,
      readStructure: null,
      laneCount: null,
      kit: null,
      softwareVersion: null,
      cells: [],
      sheet: null,
    },
    provenance,
    completion,
    problems,
    test: null,
  }
}

type LibraryInfo = { file: string | null; whole: boolean; runId: string | null; fault: string | null }

function libraryInfo(folder: RunFolder): LibraryInfo {
  const file = folder.names.find((name) => LIBRARY_INFO.test(name)) ?? null
  const nothing = { file, whole: false, runId: null, fault: null }
  if (file === null) return nothing
  const bytes = folder.read(file, { maxBytes: 16 * 1024 * 1024 })
  if (!bytes.ok) return { ...nothing, fault: bytes.error.why === 'absent' ? null : bytes.error.detail }
  const parsed = parseXml(bytes.value)
  if (!parsed.ok) return { ...nothing, fault: parsed.error.is === 'unfinished' ? null : parsed.error.detail }
  const runId = parsed.value.name === 'SampleInfo' ? attribute(parsed.value, 'RunId') : null
  return { ...nothing, whole: true, runId: runId !== null && runId.length <= 255 ? runId : null }
}

/** What UploadCompleted.json holds is not published: a whole JSON value says that everything is uploaded, no more. */
function completionOf(folder: RunFolder, library: LibraryInfo): Completion {
  const waits = (because: string, file: string): Completion => ({
    state: 'in_progress',
    because,
    missing: [file],
    ended: false,
  })
  if (!folder.names.includes(UPLOAD_COMPLETED)) return waits('no end marker is there yet', UPLOAD_COMPLETED)
  const bytes = folder.read(UPLOAD_COMPLETED, { maxBytes: 1024 * 1024 })
  if (!bytes.ok || !isJson(bytes.value))
    return waits(`${UPLOAD_COMPLETED} is not written to its end`, UPLOAD_COMPLETED)
  if (!library.whole)
    return waits('the library information is not there, or not whole', library.file ?? '*_LibraryInfo.xml')
  return { state: 'completed', because: UPLOAD_COMPLETED, missing: [], ended: true }
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch {
    return false
  }
}
