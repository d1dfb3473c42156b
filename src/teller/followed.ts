/** Which sheets are to be told of anew: follows the journal's own history, so that nothing is missed over a restart. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Journal } from '../journal/journal.ts'
import type { SubjectRef } from '../record/registration.ts'
import { createBookmark } from './bookmark.ts'

export type FollowedJournal = Pick<
  Journal,
  'events' | 'registrations' | 'sheetsNaming' | 'standing' | 'getMeta' | 'setMeta'
>

type Followed = {
  /** Paths of sheets whose registrations were moved, or wait at a registry that was, since the last call, by whatever process. */
  news(): Promise<string[]>
  /** All of it has been told but of the sheets `owed`: a restart goes on from here, and with these. */
  told(owed: string[]): Promise<void>
}

const MOST = 100
/** So many registrations are looked up before the loop turns. */
const IDS_AT_ONCE = 20

/** Registrations with the same key stand in the same sheets. */
const keyOf = ({ type, name, library }: SubjectRef): string =>
  JSON.stringify(type === 'batch' ? [type, name] : [library])

/** `clock`: milliseconds that only ever grow. */
export function followSheets(journal: FollowedJournal, clock = () => performance.now()): Followed {
  const bookmark = createBookmark(journal, clock)
  let seen: number | null = null

  async function sheetsOf({ type, name, library }: SubjectRef): Promise<string[]> {
    if (type === 'batch') return (await journal.sheetsNaming({ batch: name })).map(({ path }) => path)
    return library === null ? sheetsWithoutRun() : sheetsOfLibrary(library)
  }

  const sheetsOfLibrary = async (library: string): Promise<string[]> =>
    (await journal.sheetsNaming({ library })).map(({ path }) => path)

  /** A run without a sheet may be the one that a waiting sheet means. */
  async function sheetsWithoutRun(): Promise<string[]> {
    const waiting = await journal.standing({
      state: 'waiting',
      reason: 'run',
      latestFirst: true,
      limit: MOST,
    })
    const libraries = new Set(waiting.flatMap(({ subject }) => subject.library ?? []))
    return (await Promise.all([...libraries].map(sheetsOfLibrary))).flat()
  }

  /** Their reports say whether the registry takes anything. Of very many, those that wait longest hear it when they are sent. */
  async function sheetsQueuedAt(registry: string): Promise<string[]> {
    const queued = (await journal.registrations({ registry, state: 'queued' })).slice(-MOST)
    const subjects = new Map(queued.map(({ subject }) => [keyOf(subject), subject]))
    return (await Promise.all([...subjects.values()].map(sheetsOf))).flat()
  }

  return {
    async news() {
      const paths = new Set<string>()
      if (seen === null) {
        const { sequence, owed } = await bookmark.read()
        seen = sequence
        for (const path of owed) paths.add(path)
      }
      for (;;) {
        const events = await journal.events(seen)
        const last = events.at(-1)
        if (last === undefined) return [...paths]
        const moved = [...new Set(events.flatMap(({ registration }) => registration ?? []))]
        for (let first = 0; first < moved.length; first += IDS_AT_ONCE) {
          const rows = await journal.registrations({ ids: moved.slice(first, first + IDS_AT_ONCE) })
          const subjects = new Map(rows.map(({ subject }) => [keyOf(subject), subject]))
          for (const subject of subjects.values()) for (const path of await sheetsOf(subject)) paths.add(path)
          // The journal answers at once: without a pause a long history would hold up everything else.
          await nextTurn()
        }
        const switched = events.flatMap(
          ({ registration, registry }) => (registration === null && registry) || [],
        )
        for (const registry of new Set(switched))
          for (const path of await sheetsQueuedAt(registry)) paths.add(path)
        seen = last.sequence
      }
    },
    async told(owed) {
      if (seen !== null) await bookmark.told(seen, owed)
    },
  }
}
