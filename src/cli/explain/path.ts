/** Why a path is registered or not: where it lies, what it is, what was done with it, and which registries want it. */
import { relative, sep } from 'node:path'
import type { Config, RunsRoot, SheetsRoot } from '../../config.ts'
import type { Reading } from '../../handovers.ts'
import type { JournalReader, RegistrationRow } from '../../journal/journal.ts'
import type { Problem } from '../../problems.ts'
import { registries } from '../../registries/index.ts'
import type { Registry } from '../../registries/registry.ts'
import { registrationsOf } from '../registrations-of.ts'
import { MAKES, shortTime } from '../words.ts'

/** `because` are sentences, in the order a person would ask. `registries` are those that get nothing of it, and why. */
export type Explained = {
  path: string
  kind: Reading['kind']
  recognisedAs: string | null
  root: string | null
  status: string | null
  because: string[]
  problems: Problem[]
  registries: Array<{ name: string; because: string }>
  registrations: RegistrationRow[]
}

export async function explainPath(
  path: string,
  reading: Reading,
  journal: JournalReader | null,
  config: Config,
): Promise<Explained> {
  const root = rootAround(path, config)
  const artifact = (await journal?.artifact(path)) ?? null
  const registrations = await registrationsOf(journal, path, reading)
  return {
    path,
    kind: reading.kind,
    recognisedAs: reading.kind === 'unrecognised' ? null : reading.recognisedAs,
    root: root === null ? null : folderOf(root),
    status: artifact?.status ?? null,
    because: [
      ...placeSentences(path, root),
      ...contentSentences(reading),
      ...(root === null ? [] : statusSentences(artifact)),
    ],
    problems: reading.kind === 'unrecognised' ? reading.problems : reading.reading.problems,
    registries: unwanted(reading, registrations, config),
    registrations,
  }
}

const folderOf = (root: RunsRoot | SheetsRoot): string => ('runs' in root ? root.runs : root.sheets)

const rootAround = (path: string, config: Config): RunsRoot | SheetsRoot | null =>
  config.watch.find((root) => path.startsWith(folderOf(root) + sep)) ?? null

function placeSentences(path: string, root: RunsRoot | SheetsRoot | null): string[] {
  if (root === null) return ['It lies in no watched folder, so nothing is registered from it.']
  const way = relative(folderOf(root), path).split(sep)
  if ('sheets' in root) {
    const inside = way.length === 1 || (way.length === 2 && way[0] === 'needs-fixing')
    return [
      inside
        ? `It lies in the drop folder ${root.sheets}.`
        : `It lies below the drop folder ${root.sheets}, where only sheets directly in it are looked at.`,
    ]
  }
  const ignored = way.find((name) => root.ignore.some((pattern) => fits(name, pattern)))
  if (ignored !== undefined) return [`Its name ${ignored} is among those to ignore in ${root.runs}.`]
  if (way.length > root.depth)
    return [
      `It lies ${way.length} levels below ${root.runs}, where run folders are looked for down to level ${root.depth} (\`depth\`).`,
    ]
  return [`It lies in the watched folder ${root.runs}.`]
}

/** `*` stands for any characters, `?` for one. */
function fits(name: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern
  if (first === '') return name === ''
  const remaining = rest.join('')
  if (first !== '*')
    return name !== '' && (first === '?' || first === name[0]) && fits(name.slice(1), remaining)
  return Array.from({ length: name.length + 1 }, (_, start) => start).some((start) =>
    fits(name.slice(start), remaining),
  )
}

function contentSentences(reading: Reading): string[] {
  if (reading.kind === 'unrecognised')
    return ['It is neither a run folder nor a sheet of a kind that is known here.']
  if (reading.kind === 'sample-sheet') {
    const { format, samples, valid } = reading.reading
    return [`It is a sheet (${format}) of ${samples} samples, ${valid ? 'without errors' : 'with errors'}.`]
  }
  const { run, completion, test } = reading.reading
  const make = MAKES[run.instrumentMake] ?? run.instrumentMake
  const missing = completion.missing.length === 0 ? '' : ` Still awaited: ${completion.missing.join(', ')}.`
  const end = completion.ended
    ? `It has ended: ${completion.state} (${completion.because}).`
    : `It has not ended: ${completion.because}.`
  const kinds = {
    'instrument-test': "It is the instrument's own test, which is registered nowhere.",
    simulated: 'It was written by `runherald simulate`, and is registered nowhere but at a sandbox.',
  }
  return [`It is run ${run.runId} of ${make}.`, end + missing, ...(test === null ? [] : [kinds[test]])]
}

function statusSentences(artifact: Awaited<ReturnType<JournalReader['artifact']>>): string[] {
  if (artifact === null) return ['The daemon has not found it yet.']
  const found = `It was found first at ${shortTime(artifact.firstSeen)}.`
  if (artifact.status === 'adopted')
    return [
      found,
      `It had ended before its folder was watched, and is left alone (\`adopt\`). To register it: runherald retry ${artifact.path}`,
    ]
  return [artifact.status === 'gone' ? `${found} It has gone since.` : found]
}

const kinds: Record<string, Registry> = registries

/** Registries where nothing of a run is listed, with the rule that says so. */
function unwanted(
  reading: Reading,
  registrations: RegistrationRow[],
  config: Config,
): Explained['registries'] {
  if (reading.kind !== 'run-folder') return []
  const { instrumentMake } = reading.reading.run
  return config.registries
    .filter((one) => !registrations.some((row) => row.registry === one.name))
    .flatMap(({ name, kind, when }) => {
      const taken = kinds[kind]?.takes
      if (taken === undefined) return []
      if (!taken.subjects.includes('run')) return [{ name, because: `${kind} takes no runs.` }]
      if (when?.make !== undefined && !when.make.includes(instrumentMake))
        return [{ name, because: `its \`when\` names other makes than ${instrumentMake}.` }]
      if (!taken.makes.includes(instrumentMake))
        return [{ name, because: `${kind} does not take runs of ${instrumentMake}.` }]
      return [{ name, because: 'it wants such runs; nothing is listed there yet.' }]
    })
}
