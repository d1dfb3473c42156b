/**
 * What must always hold, judged from what the registries took and what the journal has committed.
 *
 * Nothing here asks the decisions or the plans what they meant.
 */
import type { Armed, Registration, Revision } from '../../../src/decision.ts'
import type { Outcome } from '../../../src/handovers.ts'
import type { Kept } from './journal.ts'
import { REFUSED_HERE, repeats } from './kinds.ts'
import type { Process } from './process.ts'
import type { ModelRegistry, Sent } from './registry.ts'
import type { World } from './world.ts'

export type Check = {
  /** An attempt was recorded. */
  armed(registration: string, armed: Armed): void
  /** Its first byte is about to leave. */
  leaves(process: Process, sent: Sent, purpose: 'send' | 'look-up'): void
  /** A registry may have taken something. */
  taken(registry: ModelRegistry): void
  /** Its end was recorded. */
  settled(registry: string, registration: string, armed: Armed, outcome: Outcome): void
  opened(registry: string): void
  /** A regular sweep had to make these jobs anew. */
  repaired(jobs: number): void
  step(): void
  /** All is calm, nothing goes wrong any more, and everything was given its time. */
  end(): void
  /** From now on no job is lost, so that no sweep may find one missing. */
  calm: boolean
}

export function createCheck(world: World): Check {
  const { journal, overruled } = world
  const judged = new Map<string, number>()
  const fail = (what: string): void => {
    if (!world.violations.includes(what)) world.violations.push(what)
  }
  const kept = (): Kept => journal.look()
  const registrationOf = (id: string): Registration | undefined =>
    kept().registrations.find((one) => one.id === id)
  const isPaused = (registry: string): boolean =>
    kept().registries.some((one) => one.name === registry && one.state === 'paused')

  const check: Check = {
    calm: false,
    armed(id, { revision, purpose }) {
      const registration = registrationOf(id)
      if (registration === undefined) return fail('an attempt of no registration')
      if (isPaused(registration.registry)) fail('a paused registry was sent to')
      const armed = registration.revisions.find((one) => one.revision === revision)
      if (purpose === 'look-up' && !armed?.traits.askable) fail('asked where nobody answers')
      if (purpose === 'send' && armed?.inDoubt && !armed.traits.repeatable)
        fail('what may have arrived was sent again where a repeat doubles')
    },
    leaves(process, sent, purpose) {
      const row = kept().attempts.find(
        (one) =>
          one.registration === sent.registration &&
          one.revision === sent.revision &&
          one.attempt === sent.attempt,
      )
      if (row === undefined || row.ended || row.purpose !== purpose)
        fail('a byte left before it was recorded')
      if (process.onWire.some((one) => one.registration === sent.registration))
        fail('two attempts of one subject were on the wire')
    },
    taken(registry) {
      const from = judged.get(registry.name) ?? 0
      judged.set(registry.name, registry.commits.length)
      for (const [index, commit] of registry.commits.entries()) {
        if (index < from) continue
        world.count('commits')
        const before = registry.commits.slice(0, index)
        const same = before.filter((one) => one.registration === commit.registration)
        if (commit.effect === 'created' && same.length > 0 && !overruled.has(commit.registration))
          fail(`${commit.type} was registered twice`)
        if (same.some((one) => one.revision > commit.revision))
          fail('an older revision came after a newer one')
        if (repeats[registry.kind] !== 'doubles') continue
        for (const tube of commit.tubes) {
          const others = before.filter(
            (one) => one.registration !== commit.registration && one.tubes.includes(tube),
          )
          const touched = [commit, ...others].some((one) => overruled.has(one.registration))
          if (others.length > 0 && !touched) fail('a tube was registered in two batches')
        }
      }
    },
    settled(registry, id, { revision, submission }, outcome) {
      if ((outcome.type === 'lost' || outcome.type === 'not-sent') && !isPaused(registry))
        fail('an outage did not pause its registry')
      const revisions = registrationOf(id)?.revisions ?? []
      const state = revisions.find((one) => one.revision === revision)?.state
      // By its name alone: what is there may be what was sent before a correction.
      const isCorrection = revisions.some(
        (one) => one.revision < revision && one.traits.corrects && one.attempts > 0,
      )
      const isFound = outcome.type === 'look-up' && outcome.result.is === 'found'
      if (isFound && !isCorrection && state !== 'registered') fail('what was found there is not registered')
      if (isFound && isCorrection && state === 'registered') fail('what was there before counts as corrected')
      const { subject } = submission
      if (subject.type !== 'library' || state !== 'registered') return
      const behind = kept()
        .registrations.filter((one) => one.registry === registry)
        .flatMap((one) => one.revisions)
        .filter((one) => one.state === 'queued' && one.reason === `library ${subject.name}`)
      if (behind.length > 0) fail('a run still waits for a library that is there')
    },
    opened() {},
    repaired(jobs) {
      if (check.calm && jobs > 0) fail('a wake-up was forgotten, and only a sweep found it')
    },
    step() {
      for (const registry of world.registries.values()) check.taken(registry)
      const now = kept()
      for (const one of now.registrations) {
        if (one.revisions.filter(({ onWire }) => onWire !== null).length > 1)
          fail('two revisions of one subject were on the wire')
        for (const revision of one.revisions) state(now, one, revision)
      }
    },
    end() {
      check.step()
      const now = kept()
      for (const one of now.registrations) {
        const newest = one.revisions.at(-1)
        if (newest !== undefined) ended(now, one, newest)
      }
      for (const artifact of now.artifacts) {
        if (artifact.status === 'active' && artifact.type === 'sheet') fail('a sheet was never planned')
        if (artifact.fingerprint !== world.disk.found(artifact.path).fingerprint)
          fail('what lies on the disk was overlooked')
      }
      for (const path of world.disk.paths())
        if (!now.artifacts.some((one) => one.path === path)) fail('what lies on the disk was never seen')
      asked(now)
    },
  }

  /** What holds of every revision at every moment. */
  function state(now: Kept, registration: Registration, revision: Revision): void {
    const registry = world.registryOf(registration.registry)
    const own = registry.commits.filter((one) => one.registration === registration.id)
    const { state: is, lastAttempt, onWire, reason } = revision
    const told = `${is}${reason === null ? '' : ` (${reason})`}`
    if (own.some((one) => one.revision === revision.revision && one.attempt > lastAttempt))
      fail(`a commit that no recorded attempt explains: ${told}`)
    if ((is === 'sending') !== (onWire?.purpose === 'send'))
      fail(`${is} with ${onWire?.purpose ?? 'nothing'} on the wire`)
    if ((is === 'held' || is === 'refused' || is === 'waiting') && reason === null)
      fail(`${is} without a reason`)
    if (is === 'queued' && revision.inDoubt && !revision.traits.repeatable) fail('queued while in doubt')
    if (is === 'refused' && reason === 'by-registry' && !overruled.has(registration.id))
      if (own.some((one) => one.revision === revision.revision)) fail('refused, and the registry has it')
    if (is === 'waiting' && reason === 'grace' && revision.nextTry === null) fail('a grace without an end')
    if (is !== 'registered' || overruled.has(registration.id)) return
    const body = now.bodies(registration.id, revision.revision)
    const isNewest = !registration.revisions.some(
      (one) => one.revision > revision.revision && own.some((commit) => commit.revision === one.revision),
    )
    const last = own.at(-1)
    if (last === undefined) fail('registered, and the registry has nothing of it')
    else if (isNewest && last.body !== body) fail('registered, and the registry has something else')
    if (!now.receipts.has(registration.id)) fail('registered without a receipt')
  }

  /** What holds of a newest revision when nothing more will happen by itself. */
  function ended(now: Kept, registration: Registration, newest: Revision): void {
    const { state: is, reason } = newest
    const told = `${registration.subject.type} at ${registration.registry} stays ${is} ${reason ?? ''}`
    switch (is) {
      case 'sending':
      case 'unknown':
        fail(told)
        return
      case 'queued':
        if (!isBehindLibrary(now, registration, newest) || newest.nextTry === null) fail(told)
        return
      case 'waiting': {
        const blocking = registration.revisions
          .slice(0, -1)
          .some((one) => one.state === 'held' || one.state === 'unknown' || one.state === 'sending')
        if (reason === 'grace' || (reason === 'previous-revision' && !blocking)) fail(told)
        return
      }
      case 'refused':
        if (reason === 'by-rule' && newest.lastAttempt === 0) nothingOf(registration, newest, told)
        return
      case 'superseded':
        if (!newest.withdrawn) fail(told)
        return
      default:
        return
    }
  }

  function nothingOf(registration: Registration, revision: Revision, told: string): void {
    const registry = world.registryOf(registration.registry)
    const own = registry.commits.filter(
      (one) => one.registration === registration.id && one.revision === revision.revision,
    )
    if (own.length > 0) fail(`${told}, and the registry has it`)
  }

  /** What the disk asks for has a registration wherever the kind takes it, and where the kind corrects, the newest counts. */
  function asked(now: Kept): void {
    const sheets = now.artifacts
      .filter((one) => one.type === 'sheet')
      .sort((a, b) => (b.arrival ?? 0) - (a.arrival ?? 0) || a.path.localeCompare(b.path))
    const libraries = new Map<string, string>()
    const batches = new Set<string>()
    for (const { reading } of sheets) {
      if (reading.kind !== 'sample-sheet') continue
      for (const one of reading.reading.libraries)
        if (!libraries.has(one.name)) libraries.set(one.name, one.seqKit ?? '')
      for (const one of reading.reading.batches) batches.add(one.name)
    }
    for (const registry of world.registries.values()) {
      const there = now.registrations.filter((one) => one.registry === registry.name)
      const has = (type: string, name: string) =>
        there.find((one) => one.subject.type === type && one.subject.name === name)
      if (takesOf(registry).has('batch'))
        for (const name of batches) if (has('batch', name) === undefined) fail('a batch was lost')
      if (!takesOf(registry).has('library')) continue
      for (const [name, kit] of libraries) {
        const row = has('library', name)
        if (row === undefined) fail('a library was lost')
        const newest = row?.revisions.at(-1)
        const wanted = newest === undefined ? undefined : now.bodies(row?.id ?? '', newest.revision)
        if (typeof wanted === 'string' && kit !== REFUSED_HERE && !wanted.includes(JSON.stringify(kit)))
          fail(`what was wanted last was forgotten: ${name} is asked for with ${wanted}, and not with ${kit}`)
        const last = registry.commits.findLast((one) => one.registration === row?.id)
        // What our rules refuse corrects nothing: it is reported, and what was sent stays.
        if (kit === REFUSED_HERE) continue
        if (newest?.state !== 'registered' || last === undefined || overruled.has(row?.id ?? '')) continue
        if (repeats[registry.kind] === 'updates' && !last.body.includes(JSON.stringify(kit)))
          fail(`a correction never arrived: ${name} has ${last.body}, and should have ${kit}`)
      }
    }
  }

  const takesOf = (registry: ModelRegistry): Set<string> =>
    new Set(
      world.planning(new Date(0)).destinations.find((one) => one.name === registry.name)?.registry.takes
        .subjects,
    )

  return check
}

/** Does it wait for a library that a person must see to? Then it asks every hour. */
export function isBehindLibrary(now: Kept, { registry }: Registration, { state, reason }: Revision): boolean {
  const library = now.registrations.find(
    (one) =>
      one.registry === registry && one.subject.type === 'library' && reason === `library ${one.subject.name}`,
  )
  return state === 'queued' && library !== undefined && library.revisions.at(-1)?.state !== 'registered'
}
