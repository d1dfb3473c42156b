/** The words in which people are shown states, reasons and registries. */
import type { Count, RegistrationRow } from '../journal/journal.ts'
import type { RegistryState, State } from '../record/registration.ts'

/** A registration's state as a short sentence without its last stop. */
export function stateWords({ state, reason }: Pick<RegistrationRow, 'state' | 'reason'>): string {
  switch (state) {
    case 'waiting':
      return reason === null ? 'Waiting' : `Waiting for ${reasonWords(reason)}`
    case 'queued':
      return reason === null ? 'Being registered' : `Being registered: waits for ${reasonWords(reason)}`
    case 'sending':
      return 'Being registered'
    case 'unknown':
      return 'Checking whether it arrived'
    case 'registered':
      return 'Registered'
    case 'refused':
      return reason === 'by-rule' ? 'Cannot be registered there' : 'Refused by the registry'
    case 'held':
      return `Needs attention: ${reasonWords(reason ?? '')}`
    case 'superseded':
      return 'Replaced'
    case 'abandoned':
      return 'Given up'
    default:
      return state satisfies never
  }
}

/** What it waits for, as in "waits for …"; or why it is held. */
export const reasonWords = (reason: string): string =>
  reason.startsWith('library ') ? `${reason} to be known there` : (WAITING[reason] ?? HELD[reason] ?? reason)

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

/** What a person may do about it, where its own problems do not say. */
export const adviceOn = (reason: string | null): string | null => ADVICE[reason ?? ''] ?? null

const ADVICE: Record<string, string> = {
  'unknown-outcome': 'Look in the registry: is it there?',
  conflict: 'Find out which is right, and mend the other: it is then looked at anew.',
  amendment: 'The registry cannot change what it has. Change it there by hand, or give this version up.',
  partial: 'Look in the registry for what is missing, and add it there by hand.',
  'run-failed': 'Look at the run. It can be registered all the same, or left out by giving it up.',
  'registry-fault': 'Tell the people who run the registry; when they have mended it, try again.',
  'by-registry': 'Mend the sheet and drop it again; or register there what is missing, and try again.',
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

/** What kind of attention a state asks for: the mark and colour it is shown with. */
export type Tone = 'good' | 'busy' | 'waiting' | 'needs' | 'over'

export const toneOf = (state: State): Tone => TONES[state]

const TONES: Record<State, Tone> = {
  waiting: 'waiting',
  queued: 'busy',
  sending: 'busy',
  unknown: 'busy',
  registered: 'good',
  refused: 'needs',
  held: 'needs',
  superseded: 'over',
  abandoned: 'over',
}

/** What needs a person: held, and refused. */
export const needsPerson = ({ state }: Pick<RegistrationRow, 'state'>): boolean => TONES[state] === 'needs'

/** How many registrations stand in one of these tones. */
export const countOf = (counts: Array<Pick<Count, 'state' | 'count'>>, tone: Tone): number =>
  counts.reduce((sum, one) => sum + (TONES[one.state] === tone ? one.count : 0), 0)

/** One sentence on everything, in two parts: whether a person is needed, and the rest. */
export function sentence(
  counts: Array<Pick<Count, 'state' | 'count'>>,
  registries: RegistryState[],
): [string, string] {
  const paused = registries.filter(({ state }) => state === 'paused').length
  const needing = countOf(counts, 'needs')
  const rest = [
    `${countOf(counts, 'busy')} being registered`,
    `${countOf(counts, 'waiting')} waiting`,
    `${countOf(counts, 'good')} registered`,
    ...(paused > 0 ? [`${paused} ${paused === 1 ? 'registry' : 'registries'} paused`] : []),
  ]
  const first = needing > 0 ? `${needing} ${needing === 1 ? 'needs' : 'need'} you` : 'Nothing needs you'
  return [first, `: ${rest.join(', ')}.`]
}

/** `flowcellId` as people write it: `Flowcell id`. */
export function fieldWords(name: string): string {
  const words = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** `1234567` as `1.2 MB`. */
export function sizeWords(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`
}

const SPANS: Array<[string, number]> = [
  ['day', 86_400],
  ['h', 3600],
  ['min', 60],
]

/** How long ago, in its largest unit: `3 days`, `2 h`, `5 min`, `just now`. */
export function ageWords(instant: string, now: Date): string {
  const seconds = (now.getTime() - Date.parse(instant)) / 1000
  const [unit, size] = SPANS.find(([, length]) => seconds >= length) ?? ['', 1]
  if (unit === '') return 'just now'
  const count = Math.floor(seconds / size)
  return `${count} ${unit}${unit === 'day' && count !== 1 ? 's' : ''}`
}
