/** Which sheets are to be told of anew: follows the journal's own history, so that nothing is missed over a restart. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { JournalReader } from '../journal/journal.ts'

export type FollowedJournal = Pick<
  JournalReader,
  'events' | 'registrations' | 'sheetsNaming' | 'standing'
> & {
  getMeta(key: string): Promise<string | null>
  setMeta(key: string, value: string): Promise<void>
}

export type Followed = {
  /** Paths of sheets that registrations were moved of since the last call, by whatever process. */
  news(): Promise<string[]>
  /** All of it has been told: a restart goes on from here. */
  told(): Promise<void>
}

const KEY = 'reports told until'
const MOST = 100

export function followSheets(journal: FollowedJournal): Followed {
  let seen: number | null = null
  let kept: number | null = null

  async function sheetsOf(id: string): Promise<string[]> {
    const [row] = await journal.registrations({ ids: [id] })
    if (row === undefined) return []
    const { type, name, library } = row.subject
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

  return {
    async news() {
      if (seen === null) {
        kept = Number((await journal.getMeta(KEY)) ?? 0)
        seen = kept
      }
      const paths = new Set<string>()
      for (;;) {
        const events = await journal.events(seen)
        const last = events.at(-1)
        if (last === undefined) return [...paths]
        for (const id of new Set(events.flatMap(({ registration }) => registration ?? []))) {
          for (const path of await sheetsOf(id)) paths.add(path)
          // The journal answers at once: without a pause a long history would hold up everything else.
          await nextTurn()
        }
        seen = last.sequence
      }
    },
    async told() {
      if (seen === null || seen === kept) return
      await journal.setMeta(KEY, String(seen))
      kept = seen
    },
  }
}
