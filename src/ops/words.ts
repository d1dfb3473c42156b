/** The words in which people are shown states, reasons and registries. */
import type { RegistrationRow } from '../journal/journal.ts'
import type { RegistryState } from '../record/registration.ts'

/** A registration's state as a short sentence without its last stop. */
export function stateWords({ state, reason }: Pick<RegistrationRow, 'state' | 'reason'>): string {
  switch (state) {
    case 'waiting':
      return reason === null ? 'Waiting' : `Waiting for ${WAITING[reason] ?? reason}`
    case 'queued':
      return reason === null ? 'Being registered' : `Being registered: waits for ${reason} to be known there`
    case 'sending':
      return 'Being registered'
    case 'unknown':
      return 'Checking whether it arrived'
    case 'registered':
      return 'Registered'
    case 'refused':
      return reason === 'by-rule' ? 'Cannot be registered there' : 'Refused by the registry'
    case 'held':
      return `Needs attention: ${HELD[reason ?? ''] ?? reason}`
    case 'superseded':
      return 'Replaced'
    case 'abandoned':
      return 'Given up'
    default:
      return state satisfies never
  }
}

const WAITING: Record<string, string> = {
  'run-completion': 'the run to finish',
  sheet: 'a sample sheet',
  run: 'the run folder',
  grace: 'the time in which its sheet may still be corrected',
  'previous-revision': 'the fate of an earlier version',
}

const HELD: Record<string, string> = {
  'unknown-outcome': 'nobody knows whether it arrived',
  conflict: 'two sources tell different things',
  amendment: 'it was changed after it had been registered',
  partial: 'only a part of it was taken',
  'run-failed': 'the run did not end well',
  'registry-fault': 'the registry cannot take it for reasons of its own',
}

export function registryWords({ state, reason }: RegistryState): string {
  if (state === 'open') return 'Open'
  return `Paused: ${PAUSED[reason ?? ''] ?? reason}`
}

const PAUSED: Record<string, string> = {
  away: 'it cannot be reached; tried again by itself',
  credentials: 'it does not take our credentials; renew the token file',
  operator: 'an operator paused it',
  'answers-changed': 'something else answers in its place; tried again by itself',
}

/** What needs a person: held, and refused. */
export const needsPerson = ({ state }: Pick<RegistrationRow, 'state'>): boolean =>
  state === 'held' || state === 'refused'

/** One sentence on everything. */
export function sentence(rows: Array<Pick<RegistrationRow, 'state'>>, registries: RegistryState[]): string {
  const needing = rows.filter(needsPerson).length
  const underWay = rows.filter(
    ({ state }) => state === 'queued' || state === 'sending' || state === 'unknown',
  ).length
  const waiting = rows.filter(({ state }) => state === 'waiting').length
  const paused = registries.filter(({ state }) => state === 'paused').length
  const parts = [
    needing > 0 ? `${needing} ${needing === 1 ? 'needs' : 'need'} you` : 'Nothing needs you',
    `${underWay} being registered`,
    `${waiting} waiting`,
    `${rows.filter(({ state }) => state === 'registered').length} registered`,
    ...(paused > 0 ? [`${paused} ${paused === 1 ? 'registry' : 'registries'} paused`] : []),
  ]
  return `${parts.join(', ')}.`
}
