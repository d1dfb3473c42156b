/** What must hold when nothing goes wrong any more, and everything was given its time. */
import type { Registration, Revision } from '../../../src/decision.ts'
import type { SubjectType } from '../../../src/record/registration.ts'
import type { Kept } from './journal.ts'
import { REFUSED_HERE, repeats, takes } from './kinds.ts'
import type { ModelRegistry } from './registry.ts'
import type { World } from './world.ts'

export function checkAtRest(world: World, now: Kept): void {
  for (const registration of now.registrations) {
    const newest = registration.revisions.at(-1)
    if (newest !== undefined) checkEnd(world, now, registration, newest)
  }
  for (const { path, status, type, fingerprint } of now.artifacts) {
    if (status === 'active' && type === 'sheet') world.fail('a sheet was never planned')
    if (fingerprint !== world.disk.found(path).fingerprint)
      world.fail('what lies on the disk was overlooked', path)
  }
  for (const path of world.disk.paths())
    if (!now.artifacts.some((one) => one.path === path))
      world.fail('what lies on the disk was never seen', path)
  const asked = askedOf(now)
  for (const registry of world.registries.values()) checkAsked(world, now, registry, asked)
}

/** Of a newest revision. */
function checkEnd(world: World, now: Kept, registration: Registration, newest: Revision): void {
  const { state: is, reason, nextTry, withdrawn } = newest
  const told = `${registration.subject.type} at ${registration.registry}: ${is} ${reason ?? ''}`
  if (is === 'sending' || is === 'unknown') world.fail('an outcome stays unknown', told)
  if (is === 'queued' && (!isBehindLibrary(now, registration, newest) || nextTry === null))
    world.fail('a job is forgotten', told)
  const isHeldBack = registration.revisions
    .slice(0, -1)
    .some((one) => one.state === 'held' || one.state === 'unknown' || one.state === 'sending')
  if (is === 'waiting' && (reason === 'grace' || (reason === 'previous-revision' && !isHeldBack)))
    world.fail('something is waited for that has come', told)
  if (is === 'superseded' && !withdrawn) world.fail('superseded, and nothing has taken its place', told)
}

/** Does it wait for a library that a person must see to? Then it asks every hour. */
export function isBehindLibrary(now: Kept, { registry }: Registration, { state, reason }: Revision): boolean {
  const library = now.registrations.find(
    (one) =>
      one.registry === registry && one.subject.type === 'library' && reason === `library ${one.subject.name}`,
  )
  return state === 'queued' && library !== undefined && library.revisions.at(-1)?.state !== 'registered'
}

/** What the sheets say, where they name one library twice the one that came last; and which runs lie there. */
type Asked = { libraries: Map<string, { kit: string; runs: string[] }>; batches: Set<string> }

function askedOf({ artifacts }: Kept): Asked {
  const asked: Asked = { libraries: new Map(), batches: new Set() }
  const lying = artifacts.flatMap(({ reading }) =>
    reading.kind === 'run-folder' ? [reading.reading.run.runId] : [],
  )
  const sheets = artifacts
    .filter((one) => one.type === 'sheet')
    .sort((a, b) => (b.arrival ?? 0) - (a.arrival ?? 0) || a.path.localeCompare(b.path))
  for (const { reading } of sheets) {
    if (reading.kind !== 'sample-sheet') continue
    for (const { name, seqKit, runs } of reading.reading.libraries)
      if (!asked.libraries.has(name))
        asked.libraries.set(name, {
          kit: seqKit ?? '',
          runs: runs.flatMap(({ link }) => (link !== null && lying.includes(link.value) ? [link.value] : [])),
        })
    for (const { name } of reading.reading.batches) asked.batches.add(name)
  }
  return asked
}

/** What the disk asks for has a registration wherever the kind takes it, and where the kind corrects, the newest counts. */
function checkAsked(world: World, now: Kept, registry: ModelRegistry, { libraries, batches }: Asked): void {
  const there = now.registrations.filter((one) => one.registry === registry.name)
  const rowOf = (type: SubjectType, name: string, library: string | null) =>
    there.find(({ subject }) => subject.type === type && subject.name === name && subject.library === library)
  if (takes(registry.kind, 'batch'))
    for (const name of batches)
      if (rowOf('batch', name, null) === undefined) world.fail('a batch was lost', name)
  for (const [library, { runs }] of libraries)
    for (const run of takes(registry.kind, 'run') ? runs : [])
      if (rowOf('run', run, library) === undefined) world.fail('a run was lost', `${run} of ${library}`)
  if (!takes(registry.kind, 'library')) return
  for (const [name, { kit }] of libraries) {
    const row = rowOf('library', name, name)
    const newest = row?.revisions.at(-1)
    if (row === undefined || newest === undefined) {
      world.fail('a library was lost', name)
      continue
    }
    // What our rules refuse corrects nothing: it is reported, and what was sent stays.
    if (kit === REFUSED_HERE) continue
    const wanted = now.bodies(row.id, newest.revision)
    if (wanted !== null && !wanted.includes(JSON.stringify(kit)))
      world.fail('what was wanted last was forgotten', `${name} is asked for with ${wanted}, not with ${kit}`)
    const last = registry.commits.findLast((one) => one.registration === row.id)
    if (newest.state !== 'registered' || last === undefined || world.overruled.has(row.id)) continue
    if (repeats[registry.kind] === 'updates' && !last.body.includes(JSON.stringify(kit)))
      world.fail('a correction never arrived', `${name} has ${last.body}, and should have ${kit}`)
  }
}
