/**
 * A registry of the simulation, with a log of its own of what it took: taking and answering are two steps, and either may
 * fail to happen. It knows nothing of what we believe.
 */
import type { LookUp, Outcome, Probe, Verdict } from '../../../src/handovers.ts'
import type { SubjectType } from '../../../src/record/registration.ts'
import type { Chance } from './chance.ts'
import { REFUSED_THERE, repeats, type SimulatedKind, takes } from './kinds.ts'

/** A request as it arrives, and what the simulation must know of who sent it. */
export type Sent = {
  registration: string
  revision: number
  attempt: number
  type: SubjectType
  name: string
  library: string | null
  body: string
  tubes: string[]
  earlierUnknown: boolean
}

type Commit = Sent & { effect: 'created' | 'updated' }

export type ModelRegistry = {
  name: string
  kind: SimulatedKind
  weather: { up: boolean; credentials: 'right' | 'wrong' | 'unreadable' }
  /** Libraries that others registered. */
  foreign: Set<string>
  commits: Commit[]
  /** Arrived, and not yet taken: it will be, though nobody hears of it. */
  late: Sent[]
  receive(sent: Sent, faults: Chance | null): Outcome
  lookUp(sent: Sent, faults: Chance | null): Outcome
  probe(): Probe
  /** Takes what is late of this registration, or of all. */
  catchUp(registration?: string): void
}

const ACCEPTED_STATUS = { status: 200, headers: {}, body: '' }

export function openRegistry(name: string, kind: SimulatedKind): ModelRegistry {
  const registry: ModelRegistry = {
    name,
    kind,
    weather: { up: true, credentials: 'right' },
    foreign: new Set(),
    commits: [],
    late: [],
    receive(sent, faults) {
      const { up, credentials } = registry.weather
      if (credentials === 'unreadable')
        return { type: 'not-sent', detail: 'the token file cannot be read', pause: 'credentials' }
      if (!up || faults?.happens(0.06)) return { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }
      // What arrived before is taken before: one subject is one row there.
      registry.catchUp(sent.registration)
      if (credentials === 'wrong') return answered(401, pause('credentials'))
      return faults?.happens(0.5) ? disturbed(sent, faults) : natural(sent)
    },
    lookUp(sent, faults) {
      const { up, credentials } = registry.weather
      if (credentials === 'unreadable')
        return { type: 'not-sent', detail: 'the token file cannot be read', pause: 'credentials' }
      if (!up || faults?.happens(0.1)) return { type: 'not-sent', detail: 'ECONNREFUSED', pause: 'away' }
      if (faults?.happens(0.15)) return { type: 'lost', detail: 'ECONNRESET' }
      if (credentials === 'wrong' || faults?.happens(0.1))
        return { type: 'look-up', result: { is: 'unclear', detail: 'a list without credentials is empty' } }
      return { type: 'look-up', result: found(sent) }
    },
    probe() {
      const { up, credentials } = registry.weather
      if (!up) return { is: 'closed', reason: 'away', detail: 'ECONNREFUSED' }
      if (credentials !== 'right') return { is: 'closed', reason: 'credentials', detail: 'answered 401' }
      return { is: 'open' }
    },
    catchUp(registration) {
      for (const sent of registry.late.splice(0))
        if (registration === undefined || sent.registration === registration) commit(sent)
        else registry.late.push(sent)
    },
  }

  function natural(sent: Sent): Outcome {
    if (lacksLibrary(sent)) {
      const library = sent.library === null ? {} : { library: sent.library }
      return answered(200, {
        is: 'try-later',
        because: 'prerequisite',
        detail: 'no such library',
        ...library,
      })
    }
    if (sent.body.includes(REFUSED_THERE))
      return answered(200, { is: 'refused', reasons: ['that kit is unknown'] })
    const was = commit(sent)
    if (was === 'nothing' && kind === 'majora-2020-03-24' && !sent.earlierUnknown)
      return answered(200, { is: 'conflict', detail: 'registered already, and not by an attempt of ours' })
    return accepted(sent, was === 'nothing')
  }

  /** Something goes wrong before the request is taken, after it, or with the answer. */
  function disturbed(sent: Sent, chance: Chance): Outcome {
    const lost: Outcome = { type: 'lost', detail: 'ECONNRESET' }
    const isOnce = repeats[kind] === 'doubles'
    switch (chance.below(13)) {
      case 0:
        return lost
      case 1:
        commit(sent)
        return lost
      case 2:
        registry.late.push(sent)
        return lost
      case 3:
        return answered(429, {
          is: 'try-later',
          because: 'busy',
          detail: 'busy',
          afterSeconds: chance.below(90),
        })
      case 4:
        // A proxy may say so after the registry has taken it.
        if (chance.happens(0.5)) commit(sent)
        return answered(503, { is: 'try-later', because: 'busy', detail: 'unavailable' })
      case 5:
        if (isOnce && chance.happens(0.5)) commit(sent)
        return answered(200, { is: 'try-later', because: 'race', detail: 'deadlock found' })
      case 6:
        return answered(409, { is: 'look-up', detail: 'something of this kind is there' })
      case 7:
        if (sent.type !== 'batch') return lost
        return partly(sent)
      case 8:
        if (chance.happens(0.5)) commit(sent)
        return answered(200, { is: 'unknown', detail: 'a log-in page', pause: 'answers-changed' })
      case 9:
        if (chance.happens(0.5)) commit(sent)
        return answered(500, { is: 'unknown', detail: 'answered 500', pause: null })
      case 10:
        return answered(302, pause('answers-changed'))
      case 11:
        return answered(403, pause('credentials'))
      default:
        return answered(200, { is: 'conflict', detail: 'another one has this name' })
    }
  }

  function partly(sent: Sent): Outcome {
    const [first, ...others] = sent.tubes
    if (first === undefined || others.length === 0) return { type: 'lost', detail: 'ECONNRESET' }
    commit({ ...sent, body: `${sent.body} in part`, tubes: [first] })
    const verdict: Verdict = { is: 'partial', committed: [first], missing: others, remoteIds: {} }
    return answered(200, verdict)
  }

  /** Takes it, as far as the registry takes anything of the kind, and says what that came to. */
  function commit(sent: Sent): 'created' | 'updated' | 'nothing' {
    if (registry.weather.credentials !== 'right' || lacksLibrary(sent)) return 'nothing'
    if (sent.body.includes(REFUSED_THERE)) return 'nothing'
    const isThere = registry.commits.some((one) => one.registration === sent.registration)
    if (isThere && repeats[kind] === 'first') return 'nothing'
    const effect = isThere && repeats[kind] === 'updates' ? 'updated' : 'created'
    registry.commits.push({ ...sent, effect })
    return effect
  }

  const lacksLibrary = (sent: Sent): boolean =>
    sent.type === 'run' &&
    kind !== 'webhook' &&
    takes(kind, 'library') &&
    !registry.foreign.has(sent.library ?? '') &&
    !registry.commits.some((one) => one.type === 'library' && one.name === sent.library)

  /** Found by name and tubes, as the real one is. */
  function found(sent: Sent): LookUp {
    const there = registry.commits.filter((one) => one.registration === sent.registration)
    const same = there.some((one) => one.tubes.join() === sent.tubes.join())
    if (same) return { is: 'found', remoteIds: { [sent.type]: `remote ${sent.name}` }, samples: [] }
    return there.length > 0 ? { is: 'conflict', detail: 'other tubes under this name' } : { is: 'not-found' }
  }

  return registry
}

const accepted = (sent: Sent, adopted: boolean): Outcome =>
  answered(200, {
    is: 'accepted',
    adopted,
    remoteIds: { [sent.type]: `remote ${sent.name}` },
    samples: [],
    notes: [],
  })

const pause = (reason: 'credentials' | 'answers-changed'): Verdict => ({
  is: 'pause',
  reason,
  detail: 'not the registry, or not us',
})

const answered = (status: number, verdict: Verdict): Outcome => ({
  type: 'verdict',
  verdict,
  answer: { ...ACCEPTED_STATUS, status },
})
