/** `retry`: queues again what was refused or held, and takes up runs that were left alone. */
import { resolve } from 'node:path'
import type { Journal, RegistrationRow } from '../journal/journal.ts'
import { needsPerson } from '../ops/words.ts'
import { plannedAnew } from '../retrying.ts'
import { actor, findRegistration, isPath, registrationsOf, writingJournal } from './journal.ts'
import type { Documents } from './schemas.ts'
import type { CommandOptions } from './settings.ts'
import { type TakeUp, takingUp } from './take-up.ts'
import { EXIT, type ExitCode, json, painter, roomOf, Stop, type Terminal, wrapped } from './terminal.ts'
import { subjectWords } from './words.ts'

type RetryOptions = CommandOptions & { refused?: boolean; held?: boolean }

/** What became of one thing that was to be tried again. */
type Tried = Documents['retry']['retried'][number]

export function retry(terminal: Terminal, targets: string[], options: RetryOptions): Promise<number> {
  if (targets.length === 0 && !options.refused && !options.held)
    throw new Stop(EXIT.usage, 'say what to retry: an id, a path, --refused or --held')
  return writingJournal(terminal, options, async (journal, config) => {
    const tried: Tried[] = []
    const takeUp = takingUp(journal, config)
    for (const target of targets)
      tried.push(
        ...(isPath(target)
          ? await retryPath(journal, takeUp, resolve(target))
          : [await retryRow(journal, takeUp, await findRegistration(journal, target))]),
      )
    for (const state of ['refused', 'held'] as const)
      for (const row of options[state] ? await journal.registrations({ state }) : [])
        tried.push(await retryRow(journal, takeUp, row))
    tell(terminal, tried, options)
    return exitOf(tried)
  })
}

/** What cannot be done at all comes before what only waits for a decision. */
function exitOf(tried: Tried[]): ExitCode {
  if (tried.some((one) => !one.done && !one.needsYou)) return EXIT.finding
  return tried.some((one) => one.needsYou) ? EXIT.person : EXIT.fine
}

async function retryRow(journal: Journal, takeUp: TakeUp, row: RegistrationRow): Promise<Tried> {
  const declined = (await plannedAnew(row, journal, takeUp))
    ? null
    : (await journal.act(row.id, { retry: true }, actor(), new Date())).declined
  const what = `${subjectWords(row.subject)} at ${row.registry}`
  return {
    what,
    id: row.id,
    done: declined === null,
    needsYou: (await journal.registrations({ ids: [row.id] })).some(needsPerson),
    because: declined,
  }
}

/** Everything that a run folder or a sheet stands behind; one that was left alone is read and planned now. */
async function retryPath(journal: Journal, takeUp: TakeUp, path: string): Promise<Tried[]> {
  const artifact = await journal.artifact(path)
  if (artifact === null)
    throw new Stop(
      EXIT.finding,
      `${path} was never found in a watched folder; why is said by: runherald explain ${path}`,
    )
  const rows = await registrationsOf(journal, path, artifact.reading)
  const stopped = rows.filter(({ state }) => ['refused', 'held', 'abandoned'].includes(state))
  await takeUp(path)
  const tried: Tried[] = []
  for (const row of stopped) tried.push(await retryRow(journal, takeUp, row))
  // A running daemon then also writes what people find beside their sheets.
  await journal.note(
    { event: 'path.retried', registration: null, registry: null, who: actor(), detail: { path } },
    new Date(),
  )
  const what = artifact.status === 'adopted' ? 'the run that was left alone' : 'what lies there'
  const after = await registrationsOf(journal, path, artifact.reading)
  return [
    ...tried,
    { what: `${what} at ${path}`, id: null, done: true, needsYou: after.some(needsPerson), because: null },
  ]
}

function tell(terminal: Terminal, tried: Tried[], { json: asJson }: RetryOptions): void {
  if (asJson) {
    terminal.out(json({ retried: tried }))
    return
  }
  const paint = painter(terminal)
  for (const { what, done, because, needsYou } of tried)
    terminal.out(
      wrapped(
        done
          ? `${paint('green', 'Taken up again')}: ${what}${needsYou ? ', which still needs you' : ''}`
          : `${paint('red', 'Not possible')}: ${what}: ${because}`,
        roomOf(terminal),
      ),
    )
  if (tried.length === 0) terminal.say('There is nothing to retry.')
}
