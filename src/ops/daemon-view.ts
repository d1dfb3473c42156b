/** The running daemon as its window sees it. */
import type { Config } from '../config.ts'
import type { Daemon } from '../daemon.ts'
import { announce } from '../deliver/announce.ts'
import type { Herald } from '../events.ts'
import { registries } from '../registries/index.ts'
import type { Registry } from '../registries/registry.ts'
import { plannedAnew } from '../retrying.ts'
import { createHealth } from './health.ts'
import type { View } from './view.ts'

const kinds: Record<string, Registry | undefined> = registries

/** A person's acts are looked at at once, and told by whoever `personActed` asks. */
export function viewOf(
  config: Pick<Config, 'site' | 'state'> & { registries: Array<{ name: string; kind: string }> },
  daemon: Pick<Daemon, 'journal' | 'health' | 'planAgain' | 'personActed'>,
  { herald, version, journalFile }: { herald: Herald; version: string; journalFile: string },
): View {
  const { journal, planAgain, personActed } = daemon
  const known = new Map(config.registries.map((one) => [one.name, one.kind]))
  return {
    ...{ version, journal, herald },
    site: config.site.name,
    timeZone: config.site.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    health: createHealth({ daemon: daemon.health, journal, journalFile, state: config.state }),
    async registries() {
      const states = await journal.registries()
      return states.flatMap((one) => {
        const kind = known.get(one.name)
        return kind === undefined ? [] : [{ ...one, kind, title: kinds[kind]?.title ?? kind }]
      })
    },
    async act(id, act, who) {
      if ('retry' in act) {
        const [row] = await journal.registrations({ ids: [id] })
        if (row !== undefined && (await plannedAnew(row, journal, planAgain))) return null
      }
      const transition = await journal.act(id, act, who, new Date())
      announce(herald.emit, transition)
      personActed()
      return transition.declined
    },
    async setPaused(registry, paused, who) {
      if (!known.has(registry)) return `there is no registry called ${registry}`
      const changed = paused
        ? await journal.pauseRegistry(registry, 'operator', `paused by ${who}`, new Date(), who)
        : await journal.openRegistry(registry, 'operator', new Date(), who)
      if (!changed) return paused ? 'an operator paused it already' : 'it is not paused'
      personActed()
      return null
    },
  }
}
