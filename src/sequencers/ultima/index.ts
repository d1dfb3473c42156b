/**
 * Ultima UG 100 (experimental). Its run folder tells little: wafer, start and end are known to the vendor's own
 * interface alone, so they are null here.
 */
import { parseJson } from '../../formats/json.ts'
import { decodeText } from '../../formats/text.ts'
import { attribute, parseXml } from '../../formats/xml.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'
import type { Completion, RunReading, Source } from '../../record/run.ts'
import { mtimeStamp } from '../../record/time.ts'
import { factsOf } from '../facts.ts'
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
/** Named after the run as well. */
const LIBRARY_INFO = /^(.+)_LibraryInfo\.xml$/
const UPLOAD_COMPLETED = 'UploadCompleted.json'
const isSheet = (name: string): boolean => /\.csv$/i.test(name)

function read(folder: RunFolder): RunReading {
  const library = libraryInfo(folder)
  const uploaded = uploadCompleted(folder)
  const [first, ...more] = namesOfRun(folder, library)
  const other = more.find(({ runId }) => runId !== first.runId) ?? null
  const completion = completionOf(library, uploaded, other === null)
  const end = completion.state === 'completed' ? folder.modified(UPLOAD_COMPLETED) : null
  const fullyCopied = uploaded.is === 'whole' && other === null

  const { name } = folder
  const uploads = { file: UPLOAD_COMPLETED, at: 'presence' }
  const facts = factsOf(
    { runId: name, folderName: name, instrumentMake: 'ULTIMA', status: completion.state },
    {
      runId: { value: first.runId, from: first.from },
      folderName: { value: name, from: { file: name, at: 'folder name' } },
      // The one instrument whose run folders look like this.
      instrumentModel: { value: 'UG 100', from: { file: name, at: 'its make' } },
      end: end && { value: mtimeStamp(end), from: { file: UPLOAD_COMPLETED, at: 'modification time' } },
      fullyCopied: fullyCopied ? { value: true, from: uploads } : null,
      status: completion.state === 'completed' ? { value: 'completed', from: uploads } : null,
    },
  )
  const disagreements = other ? [disagreement(first, other)] : []
  const problems = [...library.problems, ...uploaded.problems, ...disagreements]
  return { ...facts, completion, problems, test: null }
}

type LibraryInfo = { file: string; whole: boolean; runId: string | null; problems: Problem[] }

/** The one named after the folder's run, where there are several. Some leave the run id out. */
function libraryInfo(folder: RunFolder): LibraryInfo {
  const expected = `${FOLDER_NAME.exec(folder.name)?.[1] ?? '*'}_LibraryInfo.xml`
  const others = folder.names.filter((name) => LIBRARY_INFO.test(name))
  const file = others.includes(expected) ? expected : (others[0] ?? expected)
  const waits = (...problems: Problem[]) => ({ file, whole: false, runId: null, problems })
  const bytes = folder.read(file, { maxBytes: 16 * MEGABYTE })
  if (!bytes.ok)
    return bytes.error.why === 'absent'
      ? waits()
      : waits(problem('run-folder.file-unreadable', bytes.error.detail, { file }))
  const parsed = parseXml(bytes.value)
  if (!parsed.ok && parsed.error.is === 'unfinished') return waits()
  if (!parsed.ok) return waits(problem('run-folder.file-broken', parsed.error.detail, { file }))
  if (parsed.value.name !== 'SampleInfo')
    return waits(problem('run-folder.file-broken', 'its content is not a SampleInfo', { file }))
  const runId = attribute(parsed.value, 'RunId')
  return { file, whole: true, runId: runId !== null && runId.length <= 255 ? runId : null, problems: [] }
}

type Uploaded = { is: 'absent' | 'barred' | 'half' | 'whole'; problems: Problem[] }

/** What it holds is not published: its closing bracket says that everything is uploaded, and nothing in it is read. */
function uploadCompleted(folder: RunFolder): Uploaded {
  const bytes = folder.read(UPLOAD_COMPLETED, { maxBytes: MEGABYTE })
  if (bytes.ok)
    return { is: isWhole(parseJson(decodeText(bytes.value).text)) ? 'whole' : 'half', problems: [] }
  const { why, detail } = bytes.error
  if (why === 'absent') return { is: 'absent', problems: [] }
  const barred = problem('run-folder.file-unreadable', detail, { file: UPLOAD_COMPLETED })
  return { is: 'barred', problems: [barred] }
}

const isWhole = (content: unknown): boolean => typeof content === 'object' && content !== null

type Named = { runId: string; from: Source }

/** What the folder's name and its files call the run: first what counts, which stays the same however they arrive. */
function namesOfRun({ name, names }: RunFolder, library: LibraryInfo): [Named, ...Named[]] {
  const byFolder = FOLDER_NAME.exec(name)?.[1]
  const told: Named[] = []
  const tell = (runId: string | null | undefined, file: string, at: string) => {
    if (runId) told.push({ runId, from: { file, at } })
  }
  tell(byFolder, name, 'folder name')
  tell(library.runId, library.file, '/SampleInfo/@RunId')
  for (const file of names) tell(LIBRARY_INFO.exec(file)?.[1], file, 'file name')
  const [first = { runId: name, from: { file: name, at: 'folder name' } }, ...more] = told
  return [first, ...more]
}

const disagreement = (one: Named, other: Named): Problem =>
  problem(
    'run-folder.ids-disagree',
    `the run is ${one.runId} by its ${one.from.at}, ${other.runId} by its ${other.from.at}`,
    { file: other.from.file },
  )

function completionOf(library: LibraryInfo, { is }: Uploaded, agreed: boolean): Completion {
  const missing = [...(library.whole ? [] : [library.file]), ...(is === 'whole' ? [] : [UPLOAD_COMPLETED])]
  if (is === 'absent')
    return { state: 'in_progress', because: 'no end marker is there yet', missing, ended: false }
  if (is === 'barred' || !library.whole || (is === 'half' && !agreed)) {
    const because = `${UPLOAD_COMPLETED} is there, ${missing.join(' and ')} not whole`
    return { state: 'in_progress', because, missing, ended: false }
  }
  if (!agreed) {
    const because = `${UPLOAD_COMPLETED} is there, but of which run is not clear`
    return { state: 'unknown', because, missing, ended: true }
  }
  // Its name alone may be all that there ever is of it: one that has long rested will not be written further.
  if (is === 'half') {
    const because = `${UPLOAD_COMPLETED} is there, not written to its end`
    return { state: 'completed', because, missing, ended: false, enough: true }
  }
  return { state: 'completed', because: UPLOAD_COMPLETED, missing, ended: true }
}

const MEGABYTE = 1024 * 1024
