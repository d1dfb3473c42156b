/** What the simulation asks of a journal, and of what lies in it; kept by a model here, by SQLite in `sqlite-journal.ts`. */
import type {
  Arming,
  Decide,
  DeliveryEvent,
  Effect,
  Registration,
  Revision,
  Transition,
  Wake,
} from '../../../src/decision.ts'
import type { Plan, Submission } from '../../../src/handovers.ts'
import type { Artifact, Journal, Planned, RegistrationRow } from '../../../src/journal/journal.ts'
import { bodyHash } from '../../../src/journal/request-hash.ts'
import { sheetSourceOf } from '../../../src/planning/catalogue.ts'
import { isAmong, linkNames, linksOf } from '../../../src/record/join.ts'
import type { RunLink } from '../../../src/record/library.ts'
import type { PauseReason, RegistryState, RemoteIds } from '../../../src/record/registration.ts'

export type KeptAttempt = {
  registration: string
  revision: number
  attempt: number
  purpose: 'send' | 'look-up'
  ended: boolean
}

/** Everything that is committed, at one moment. */
export type Kept = {
  registrations: Array<Registration & { kind: string }>
  bodies(registration: string, revision: number): string | null
  attempts: KeptAttempt[]
  /** Who has which tube, by registry and tube. */
  claims: Map<string, string>
  receipts: Map<string, RemoteIds>
  registries: RegistryState[]
  artifacts: Artifact[]
}

export type SimulatedJournal = Pick<
  Journal,
  | 'registrations'
  | 'artifact'
  | 'claimants'
  | 'rootFirstScan'
  | 'runsMatching'
  | 'runsSame'
  | 'sheetsLinking'
  | 'sheetsNaming'
  | 'lastArrival'
  | 'sheetsSame'
  | 'registries'
  | 'saveArtifact'
  | 'plan'
  | 'withdraw'
  | 'arm'
  | 'settle'
  | 'recover'
  | 'due'
  | 'wakes'
  | 'knowRegistries'
  | 'pauseRegistry'
  | 'openRegistry'
  | 'act'
> & {
  look(): Kept
  /** What the work came to, and nothing of it kept. */
  tried<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

type Entry = { registration: Registration; kind: string; submissions: Map<number, Submission> }

/** The transactions of the real journal, each applied whole to plain maps. */
export function openModelJournal(decide: Decide, random: () => number): SimulatedJournal {
  const entries = new Map<string, Entry>()
  const attempts: KeptAttempt[] = []
  const claims = new Map<string, string>()
  const receipts = new Map<string, RemoteIds>()
  const registries = new Map<string, RegistryState>()
  const artifacts = new Map<string, Artifact>()
  /** What each run folder answers to. */
  const names = new Map<string, RunLink[]>()

  const nothing = (): Transition => ({ changes: [], wakes: [], paused: [], declined: null })

  function apply(entry: Entry, event: DeliveryEvent, into: Transition, submission?: Submission): Effect[] {
    const before = entry.registration
    const { registration: after, effects } = decide(before, event)
    entry.registration = after
    for (const revision of after.revisions) {
      const old = before.revisions.find((one) => one.revision === revision.revision)
      if (old === undefined && submission !== undefined) entry.submissions.set(revision.revision, submission)
      const { id, registry } = after
      if (revision.wake !== (old?.wake ?? 0))
        into.wakes.push({
          id,
          registry,
          revision: revision.revision,
          wake: revision.wake,
          at: revision.nextTry,
        })
      gather(after, old, revision, effects, into)
    }
    for (const effect of effects) carryOut(entry, effect, event.now, into)
    return effects
  }

  function gather(
    after: Registration,
    old: Revision | undefined,
    revision: Revision,
    effects: Effect[],
    into: Transition,
  ): void {
    const note = effects.find((one) => one.do === 'note' && one.revision === revision.revision)
    if (note?.do !== 'note') return
    const { attempts: counted, state, reason, nextTry, remoteIds } = revision
    into.changes.push({
      ...{ registration: after.id, registry: after.registry, subject: after.subject },
      ...{ revision: revision.revision, attempts: counted, state, reason, nextTry, remoteIds },
      ...{ before: old?.state ?? null, because: null, who: note.who },
    })
  }

  function carryOut(entry: Entry, effect: Effect, now: Date, into: Transition): void {
    const { id, registry } = entry.registration
    switch (effect.do) {
      case 'begin-attempt':
        attempts.push({
          registration: id,
          revision: effect.revision,
          attempt: effect.attempt,
          purpose: effect.purpose,
          ended: false,
        })
        return
      case 'end-attempt':
        for (const one of attempts)
          if (one.registration === id && one.revision === effect.revision && one.attempt === effect.attempt)
            one.ended = true
        return
      case 'claim':
        for (const claim of effect.claims)
          if (!claims.has(`${registry} ${claim}`)) claims.set(`${registry} ${claim}`, id)
        return
      case 'release-claims':
        for (const [claim, owner] of claims) if (owner === id) claims.delete(claim)
        return
      case 'receipt':
        receipts.set(id, effect.remoteIds)
        return
      case 'pause-registry':
        if (pause(registry, effect.reason, now))
          into.paused.push({ registry, reason: effect.reason, detail: effect.detail })
        return
      case 'library-settled':
        for (const run of entries.values())
          if (
            run.registration.registry === registry &&
            run.registration.revisions.some(
              (one) => one.state === 'queued' && one.reason === `library ${effect.library}`,
            )
          )
            apply(run, { type: 'library-settled', now, library: effect.library }, into)
        return
      case 'decline':
        into.declined = effect.why
        return
      case 'planned':
      case 'note':
        return
    }
  }

  function pause(name: string, reason: PauseReason, now: Date): boolean {
    const state = registries.get(name)
    if (state?.reason === 'operator' || state?.reason === reason) return false
    if (state?.state === 'paused' && reason === 'away') return false
    registries.set(name, { name, state: 'paused', reason, since: now.toISOString() })
    return true
  }

  const isPaused = (registry: string): boolean => registries.get(registry)?.state === 'paused'

  const wakesOf = (entry: Entry): Wake[] =>
    isPaused(entry.registration.registry)
      ? []
      : entry.registration.revisions
          .filter(
            ({ state, reason, onWire }) =>
              onWire === null &&
              (state === 'queued' || state === 'unknown' || (state === 'waiting' && reason === 'grace')),
          )
          .map(({ revision, wake, nextTry }) => ({
            id: entry.registration.id,
            registry: entry.registration.registry,
            ...{ revision, wake, at: nextTry },
          }))

  function withdraw(ids: string[], now: Date): void {
    for (const id of ids) {
      const entry = entries.get(id)
      if (entry !== undefined) apply(entry, { type: 'withdrawn', now }, nothing())
    }
  }

  function planOne({ submission, traits, notBefore }: Plan, now: Date): Planned {
    const { id, registry, kind, subject, mapped, waitingFor, stop } = submission
    const entry: Entry = entries.get(id) ?? {
      registration: { id, registry, subject, revisions: [] },
      kind,
      submissions: new Map(),
    }
    entries.set(id, entry)
    entry.registration = { ...entry.registration, subject }
    const { claims: tubes, prerequisite } = mapped ?? { claims: [], prerequisite: null }
    const hash = bodyHash(submission)
    const asked = { bodyHash: hash, traits, waitingFor, stop, notBefore, claims: tubes, prerequisite }
    const effects = apply(entry, { type: 'planned', now, asked }, nothing(), submission)
    const planned = effects.find((one) => one.do === 'planned')
    if (planned?.do !== 'planned') throw new Error('A plan was not decided')
    const revision = entry.registration.revisions.find((one) => one.revision === planned.revision)
    if (revision === undefined) throw new Error('A plan made no revision')
    if (revision.bodyHash === hash) entry.submissions.set(planned.revision, submission)
    const { state, reason } = revision
    return { id, revision: planned.revision, change: planned.change, state, reason }
  }

  function armOne({ id, revision }: { id: string; revision: number }, now: Date): Arming {
    const transition = nothing()
    const entry = entries.get(id)
    const wanted = entry?.registration.revisions.find((one) => one.revision === revision)
    if (entry === undefined || wanted === undefined) return { may: 'no', transition }
    const { registry } = entry.registration
    const registryOpen = !isPaused(registry)
    const claimed = wanted.claims.flatMap((claim) => {
      const by = claims.get(`${registry} ${claim}`)
      return by === undefined || by === id ? [] : [{ claim, by }]
    })
    const library = wanted.prerequisite === null ? 'elsewhere' : libraryState(registry, wanted.prerequisite)
    const effects = apply(
      entry,
      { type: 'arm', now, revision, surroundings: { registryOpen, claimed, library, restored: false } },
      transition,
    )
    const begun = effects.find((one) => one.do === 'begin-attempt')
    if (begun?.do === 'begin-attempt') {
      const submission = entry.submissions.get(revision)
      if (submission === undefined) throw new Error('An attempt without a submission')
      const { traits, earlierUnknown } = wanted
      const { attempt, purpose } = begun
      return {
        may: 'begin',
        armed: { submission, traits, revision, attempt, purpose, earlierUnknown },
        transition,
      }
    }
    const isPending = wanted.state === 'queued' || wanted.state === 'unknown' || wanted.reason === 'grace'
    if (!isPending || transition.changes.length > 0) return { may: 'no', transition }
    if (wanted.nextTry !== null && Date.parse(wanted.nextTry) > now.getTime())
      return { may: 'later', at: wanted.nextTry, transition }
    return { may: registryOpen ? 'no' : 'paused', transition }
  }

  function libraryState(registry: string, library: string): 'registered' | 'pending' | 'elsewhere' {
    const states = [...entries.values()]
      .map(({ registration }) => registration)
      .filter(
        ({ registry: at, subject }) =>
          at === registry && subject.type === 'library' && subject.name === library,
      )
      .flatMap(({ revisions }) => revisions.map(({ state }) => state))
    if (states.includes('registered')) return 'registered'
    return states.some((state) => state !== 'superseded' && state !== 'abandoned') ? 'pending' : 'elsewhere'
  }

  const found = (wanted: (artifact: Artifact) => boolean): Artifact[] =>
    [...artifacts.values()]
      .filter((one) => one.status !== 'gone' && wanted(one))
      .sort(
        (a, b) =>
          (b.arrival ?? 0) - (a.arrival ?? 0) ||
          b.changed.localeCompare(a.changed) ||
          (b.modified ?? '').localeCompare(a.modified ?? '') ||
          a.path.localeCompare(b.path),
      )

  return {
    async registrations({ paths, ids } = {}) {
      const rows: RegistrationRow[] = []
      for (const { registration, kind } of entries.values()) {
        const { id, registry, subject, revisions } = registration
        const newest = revisions.at(-1)
        if (newest === undefined || newest.withdrawn) continue
        if (ids !== undefined && !ids.includes(id)) continue
        if (paths !== undefined && !(subject.path !== null && paths.includes(subject.path))) continue
        const { revision, state, reason, since, nextTry, attempts: counted, remoteIds } = newest
        rows.push({
          id,
          registry,
          kind,
          subject,
          revision,
          state,
          reason,
          since,
          nextTry,
          attempts: counted,
          remoteIds,
        })
      }
      return rows
    },
    artifact: async (path) => artifacts.get(path) ?? null,
    async claimants(registry, asked) {
      const by = (one: Entry): string[] => {
        const newest = one.registration.revisions.at(-1)
        const isToBeSent = newest?.state === 'waiting' || newest?.state === 'queued'
        return asked.filter(
          (claim) =>
            claims.get(`${registry} ${claim}`) === one.registration.id ||
            (isToBeSent && newest.claims.includes(claim)),
        )
      }
      return [...entries.values()]
        .filter((one) => one.registration.registry === registry)
        .flatMap((one) =>
          by(one).flatMap((claim) => {
            const submission = one.submissions.get(one.registration.revisions.length)
            return submission === undefined ? [] : [{ claim, submission }]
          }),
        )
        .sort((a, b) => order(a.claim, b.claim) || order(a.submission.id, b.submission.id))
    },
    runsMatching: async (link: RunLink) => found(({ path }) => isAmong(names.get(path) ?? [], link)),
    runsSame: async (runId) =>
      found(({ reading }) => reading.kind === 'run-folder' && reading.reading.run.runId === runId),
    sheetsLinking: async (names) =>
      found(
        (one) => sheetSourceOf(one) !== null && linksOfArtifact(one).some((link) => isAmong(names, link)),
      ),
    sheetsNaming: async (what) =>
      found(({ reading }) =>
        reading.kind !== 'sample-sheet'
          ? false
          : 'library' in what
            ? reading.reading.libraries.some((one) => one.name === what.library)
            : reading.reading.batches.some((one) => one.name === what.batch),
      ),
    lastArrival: async () => Math.max(0, ...[...artifacts.values()].map(({ arrival }) => arrival ?? 0)),
    sheetsSame: async (sha256) => found((one) => one.type === 'sheet' && one.sha256 === sha256),
    rootFirstScan: async () => '2026-11-20T00:00:00.000Z',
    registries: async () => [...registries.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    async saveArtifact(artifact) {
      artifacts.set(artifact.path, artifact)
      const { reading } = artifact
      names.set(artifact.path, reading.kind === 'run-folder' ? linkNames(reading.reading.run) : [])
    },
    async plan(plans, now, { withdrawn, done } = { withdrawn: [], done: [], leftAlone: [] }) {
      withdraw(withdrawn, now)
      for (const { path } of done) {
        const kept = artifacts.get(path)
        if (kept !== undefined) artifacts.set(path, { ...kept, status: 'done' })
      }
      return plans.map((plan) => planOne(plan, now))
    },
    withdraw: async (ids, now) => withdraw(ids, now),
    arm: async (request, now) => armOne(request, now),
    async settle({ id, revision, attempt }, outcome, now) {
      const into = nothing()
      const entry = entries.get(id)
      if (entry !== undefined)
        apply(entry, { type: 'settled', now, random: random(), revision, attempt, outcome }, into)
      return into
    },
    async recover(now) {
      const into = nothing()
      for (const entry of entries.values())
        if (entry.registration.revisions.some((one) => one.onWire !== null))
          apply(entry, { type: 'restarted', now, random: random() }, into)
      return into
    },
    due: async (until, doubtful) =>
      [...entries.values()].flatMap((entry) =>
        wakesOf(entry).flatMap((wake) => {
          if (wake.at === null || wake.at <= until.toISOString()) return [wake]
          const { reason } = entry.registration.revisions.find((one) => one.revision === wake.revision) ?? {}
          return wake.at > doubtful.toISOString() && reason !== 'grace' ? [{ ...wake, at: null }] : []
        }),
      ),
    wakes: async (ids) =>
      ids.flatMap((id) => [...(entries.has(id) ? wakesOf(entries.get(id) as Entry) : [])]),
    async knowRegistries(names, now) {
      for (const name of names)
        if (!registries.has(name))
          registries.set(name, { name, state: 'open', reason: null, since: now.toISOString() })
    },
    pauseRegistry: async (name, reason, _, now) => pause(name, reason, now),
    async openRegistry(name, by, now) {
      const state = registries.get(name)
      if (state?.state !== 'paused' || (state.reason === 'operator' && by === 'probe')) return false
      registries.set(name, { name, state: 'open', reason: null, since: now.toISOString() })
      return true
    },
    async act(id, act, who, now) {
      const into = nothing()
      const entry = entries.get(id)
      if (entry !== undefined) apply(entry, { type: 'acted', now, act, who }, into)
      return into
    },
    look: () => ({
      registrations: [...entries.values()].map(({ registration, kind }) => ({ ...registration, kind })),
      bodies: (registration, revision) => bodyOf(entries.get(registration)?.submissions.get(revision)),
      attempts,
      claims,
      receipts,
      registries: [...registries.values()],
      artifacts: [...artifacts.values()],
    }),
    async tried(work) {
      const before = [...entries].map(([id, entry]) => [id, { ...entry }] as const)
      const [rows, owners] = [attempts.map((one) => ({ ...one })), [...claims]]
      const value = await work()
      for (const [id, entry] of before) entries.set(id, entry)
      attempts.splice(0, attempts.length, ...rows)
      claims.clear()
      for (const [claim, owner] of owners) claims.set(claim, owner)
      return value
    },
    close() {},
  }
}

export const bodyOf = (submission: Submission | undefined): string | null =>
  submission?.mapped == null ? null : JSON.stringify(submission.mapped.request.body)

const linksOfArtifact = (artifact: Artifact): RunLink[] => {
  const sheet = sheetSourceOf(artifact)
  return sheet === null ? [] : linksOf(sheet.reading.libraries)
}

/** As SQLite compares texts. */
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
