/**
 * Every happening worth telling: one list with name, level and sentence, and one call that logs it and hands it on.
 *
 * `msg` is a constant sentence; every value is a field. Levels: error = a person must act, warn = look today,
 * info = one line per thing per stage. Fields never hold secrets or the content of a sheet's cells.
 */
import { EventEmitter } from 'node:events'

type Level = 'debug' | 'info' | 'warn' | 'error'

/**
 * `unlogged` fields may hold what stands in a sheet's cells: those who follow are told, the log is not.
 * `folded`: what is tried again and again tells the same again and again; the log counts it instead.
 */
const event = <Fields extends object>(
  level: Level,
  msg: string,
  { unlogged = [], folded = false }: { unlogged?: Array<keyof Fields & string>; folded?: boolean } = {},
) =>
  ({ level, msg, unlogged, folded }) as {
    level: Level
    msg: string
    unlogged: string[]
    folded: boolean
    fields?: Fields
  }

/** A registration, with the run or the sheet it comes from by its name on the disk. */
type Registration = {
  registration: string
  registry: string
  run?: string
  sheet?: string
  path?: string | null
}

/** What an error may tell a log: an allow-list, since errors carry requests, and requests carry secrets. */
export type LoggedError = { name: string; code: string | null; message: string }

export const events = {
  'daemon.started': event<{
    version: string
    state: string
    roots: number
    registries: number
    tookMs: number
  }>('info', 'runherald is running'),
  'daemon.stopping': event<{ signal: string }>('info', 'runherald is stopping'),
  'daemon.stopped': event<{ tookMs: number }>('info', 'runherald has stopped'),
  'daemon.time-scaled': event<{ factor: number }>(
    'warn',
    'Waiting times are divided by RUNHERALD_TIME_SCALE: for drills only',
  ),
  'config.reloaded': event<{ changes: string[]; tookMs: number }>(
    'info',
    'The configuration was read anew and is in force',
  ),
  'config.rejected': event<{ problems: string[] }>(
    'error',
    'The configuration was read anew and cannot be used; the one before stays in force',
  ),
  'redis.started': event<{ socket: string; pid: number }>('info', 'The embedded Redis is running'),
  'redis.stopped': event<{ detail: string }>(
    'warn',
    'The embedded Redis ended by itself; it is started again',
  ),
  'redis.away': event<{ error: LoggedError }>('warn', 'Redis is away; watching goes on and deliveries wait'),
  'redis.back': event<{ awayMs: number }>('info', 'Redis is back'),
  'queue.repaired': event<{ jobs: number }>('info', 'Lost jobs were made again from the journal'),
  'queue.failed': event<{ registry: string; error: LoggedError }>(
    'debug',
    'Redis did not do what a queue asked of it; the journal knows what is due',
  ),
  'delivery.failed': event<{ error: LoggedError }>(
    'error',
    'A delivery could not be handled because of a fault of runherald itself; it is tried again',
    { folded: true },
  ),
  'journal.failed': event<{ error: LoggedError }>('error', 'The journal cannot be written', { folded: true }),
  'root.scanned': event<{ root: string; folders: number; sheets: number; tookMs: number }>(
    'debug',
    'A watched root was scanned',
  ),
  'root.first-scan': event<{ root: string; registered: number; adopted: number; active: number }>(
    'info',
    'A watched root was scanned for the first time',
  ),
  'root.away': event<{ root: string; error: LoggedError }>('warn', 'A watched root cannot be read'),
  'root.back': event<{ root: string }>('info', 'A watched root is readable again'),
  'root.events-off': event<{ root: string; detail: string }>('info', 'This root is found by scanning alone'),
  'run.found': event<{ run: string; path: string; make: string }>('info', 'A run folder was found'),
  'run.waiting': event<{ run: string; missing: string[]; because: string }>(
    'info',
    'A run is not finished yet',
  ),
  'run.completed': event<{ run: string; status: string; because: string }>('info', 'A run has finished'),
  'run.stalled': event<{ run: string; since: string }>(
    'warn',
    'A run has not changed for a long time and never finished',
  ),
  'run.adopted': event<{ run: string; path: string }>(
    'info',
    'A run that finished before this root was watched is left alone',
  ),
  'run.gone': event<{ run: string; path: string }>(
    'info',
    'A run folder that was not finished is there no more',
  ),
  'run.problems': event<{ run: string; codes: string[] }>('warn', 'A run folder has problems'),
  'run.unreadable': event<{ path: string; error: LoggedError }>(
    'warn',
    'A run folder cannot be read; it is tried again',
    { folded: true },
  ),
  'sheet.seen': event<{ sheet: string; path: string }>('info', 'A sheet was dropped'),
  'sheet.unreadable': event<{ path: string; error: LoggedError }>(
    'warn',
    'A sheet cannot be read; it is tried again',
    { folded: true },
  ),
  'sheet.judged': event<{ sheet: string; format: string; samples: number; errors: number; warnings: number }>(
    'info',
    'A sheet was read',
  ),
  'sheet.repeated': event<{ sheet: string }>('info', 'A sheet with the same content was known already'),
  'sheet.moved': event<{ sheet: string; to: string }>('info', 'A sheet was put away'),
  'sheet.move-failed': event<{ sheet: string; error: LoggedError }>(
    'warn',
    'A sheet could not be put away; it is tried again',
    { folded: true },
  ),
  'sheet.report-failed': event<{ sheet: string; error: LoggedError }>(
    'warn',
    'The report beside a sheet could not be written',
    { folded: true },
  ),
  'registration.planned': event<
    Registration & { subject: string; revision: number; state: string; reason: string | null }
  >('debug', 'A registration was planned', { unlogged: ['subject'] }),
  'registration.waiting': event<Registration & { subject: string; reason: 'sheet' | 'run' | 'library' }>(
    'info',
    'A registration waits for something that has not come',
    { unlogged: ['subject'] },
  ),
  'registration.sending': event<Registration & { subject: string; attempt: number }>(
    'debug',
    'A registration is being sent',
    { unlogged: ['subject'] },
  ),
  'registration.registered': event<
    Registration & {
      subject: string
      attempt: number
      adopted: boolean
      remoteIds: Record<string, string>
      tookMs: number
    }
  >('info', 'The registry accepted a registration', { unlogged: ['subject'] }),
  'registration.retrying': event<Registration & { attempt: number; because: string; nextTry: string | null }>(
    'info',
    'A registration will be tried again',
    { unlogged: ['because'] },
  ),
  'registration.refused': event<Registration & { subject: string; reason: string; detail: string[] }>(
    'error',
    'A registration was refused',
    { unlogged: ['subject', 'detail'] },
  ),
  'registration.unknown': event<Registration & { attempt: number; because: string }>(
    'warn',
    'It is not known whether a registration arrived',
  ),
  'registration.held': event<Registration & { subject: string; reason: string; detail: string }>(
    'error',
    'A registration needs a person',
    { unlogged: ['subject', 'detail'] },
  ),
  'registration.superseded': event<Registration & { revision: number }>(
    'info',
    'A registration was replaced by a newer revision',
  ),
  'registration.resolved': event<Registration & { state: string; who: string }>(
    'info',
    'A person decided about a registration',
  ),
  'registry.paused': event<{ registry: string; reason: string; detail: string; who?: string }>(
    'warn',
    'A registry is paused',
  ),
  'registry.probed': event<{ registry: string; open: boolean; detail: string }>(
    'debug',
    'A paused registry was probed',
  ),
  'registry.opened': event<{ registry: string; who?: string }>('info', 'A registry is open again'),
  'http.listening': event<{ url: string }>('info', 'The status page is being served'),
  'notification.sent': event<{ channel: string; needing: number }>(
    'info',
    'People were told that something needs them',
  ),
  'notification.failed': event<{ channel: string; detail: string }>(
    'warn',
    'People could not be told that something needs them; it is tried again, and told once until it succeeds',
  ),
  'http.failed': event<{ path: string; error: LoggedError }>(
    'error',
    'A request could not be answered because of a fault of runherald itself',
    { folded: true },
  ),
  'item.failed': event<{ path: string; error: LoggedError }>(
    'error',
    'Something could not be handled because of a fault of runherald itself; it is tried again',
    { folded: true },
  ),
} as const

export type EventName = keyof typeof events
export type EventFields<Name extends EventName> = (typeof events)[Name] extends { fields?: infer Fields }
  ? NonNullable<Fields>
  : never
export type Happening = {
  [Name in EventName]: { event: Name; fields: EventFields<Name>; level: Level; msg: string }
}[EventName]

/** Do these fields of a log line belong to an event that is told once for many? */
export const isFolded = (fields: object): boolean => 'event' in fields && FOLDED.has(fields.event)
const FOLDED: ReadonlySet<unknown> = new Set(
  Object.entries(events).flatMap(([name, { folded }]) => (folded ? name : [])),
)

/** Tells a happening. Never throws, never waits. */
export type Emit = <Name extends EventName>(name: Name, fields: EventFields<Name>) => void

/** Where happenings go: `log` writes a line, `subscribe` lets metrics, the status page and the demonstration follow. */
export type Herald = { emit: Emit; subscribe(follow: (happening: Happening) => void): () => void }

export function createHerald(log: (level: Level, fields: object, msg: string) => void): Herald {
  const bus = new EventEmitter()
  bus.setMaxListeners(0)
  return {
    emit(name, fields) {
      const { level, msg, unlogged } = events[name]
      const logged: Record<string, unknown> = { event: name, ...fields }
      for (const field of unlogged) delete logged[field]
      log(level, logged, msg)
      bus.emit('happening', { event: name, fields, level, msg })
    },
    subscribe(follow) {
      bus.on('happening', follow)
      return () => bus.off('happening', follow)
    },
  }
}

/** The allow-listed shape of whatever was thrown. */
export function loggedError(thrown: unknown): LoggedError {
  if (!(thrown instanceof Error)) return { name: 'Error', code: null, message: String(thrown).slice(0, 500) }
  const code = (thrown as { code?: unknown }).code
  return {
    name: thrown.name,
    code: typeof code === 'string' ? code : null,
    message: thrown.message.slice(0, 500),
  }
}
