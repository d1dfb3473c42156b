/** The runs of the last days by instrument: where each bar and mark stands, in parts of the width. */
import type { RunSpan } from '../journal/journal.ts'
import { makeWords } from '../record/run.ts'
import { type Stamp, toInstant } from '../record/time.ts'
import type { Clock } from './clock.ts'
import { stateWords, type Tone, toneOf } from './words.ts'

export const TIMELINE_MS = 14 * 86_400_000

type Bar = {
  href: string | null
  /** Percent of the width. */
  left: number
  width: number
  row: number
  look: 'running' | 'ended' | 'failed' | 'left-alone'
  /** Percent; where the sheet came, and where its registrations stand. */
  sheetAt: number | null
  mark: { at: number; tone: Tone } | null
  title: string
}

type Lane = { instrument: string; model: string; rows: number; bars: Bar[] }
type Timeline = { days: Array<{ at: number; label: string }>; lanes: Lane[] }

/** Side by side on one instrument: flow cells, and positions of a large Nanopore. */
const ROWS = 6
const NARROWEST = 0.6

export function timelineOf(spans: RunSpan[], clock: Clock, now: Date): Timeline {
  const end = now.getTime()
  const start = end - TIMELINE_MS
  const place = (instant: number): number => round(((instant - start) / (end - start)) * 100)
  const within = (instant: number): number => Math.min(100, Math.max(0, place(instant)))
  const lanes = [...Map.groupBy(spans, instrumentOf)]
    .map(([instrument, some]): Lane => {
      const timed = some.map((span) => ({ span, ...timesOf(span, clock.zone, end) }))
      const shown = timed.filter((one) => one.to >= start).sort((a, b) => a.from - b.from)
      const busyUntil: number[] = []
      const bars = shown.map(({ span, from, to }): Bar => {
        const left = within(from)
        const width = round(Math.max(NARROWEST, within(to) - left))
        const free = busyUntil.findIndex((until) => until <= left)
        const row = free >= 0 ? free : Math.min(busyUntil.length, ROWS - 1)
        busyUntil[row] = Math.max(busyUntil[row] ?? 0, left + width)
        const marked = markOf(span)
        return {
          ...{ href: hrefOf(span), left: Math.min(left, 100 - width), width, row, look: lookOf(span) },
          sheetAt: span.sheetSeen === null ? null : within(Date.parse(span.sheetSeen)),
          mark: marked && { at: within(marked.at ?? to), tone: marked.tone },
          title: titleOf(span, from, clock),
        }
      })
      const make = makeWords(some[0]?.run.instrumentMake ?? '')
      const model = some.find((one) => one.run.instrumentModel !== null)?.run.instrumentModel ?? make
      return { instrument, model, rows: Math.max(1, busyUntil.length), bars }
    })
    .filter((lane) => lane.bars.length > 0)
    .sort((a, b) => a.instrument.localeCompare(b.instrument))
  const days = clock
    .midnights(new Date(start), now)
    .map((at) => ({ at: place(at.getTime()), label: clock.day(at) }))
    // Today's own label has no room before it is some hours old.
    .map((day) => (day.at > 95 ? { ...day, label: '' } : day))
  return { days, lanes }
}

const round = (percent: number): number => Math.round(percent * 10) / 10

const instrumentOf = ({ run }: RunSpan): string =>
  run.instrumentSerial ?? run.instrumentModel ?? makeWords(run.instrumentMake)

/** From the files where they tell it; else from when the folder was seen to appear and to change. */
function timesOf({ run, ended, firstSeen, changed, status }: RunSpan, zone: string, now: number) {
  const began = instantOf(run.start, zone)
  const told = instantOf(run.end, zone)
  const seen = Date.parse(firstSeen)
  if (!ended) return { from: began ?? seen, to: now }
  // A run that lay there before we came was not seen to end.
  const guess = status === 'adopted' ? (began ?? seen) : Date.parse(changed)
  const to = told ?? guess
  return { from: Math.min(began ?? seen, to), to }
}

function instantOf(stamp: Stamp | null, zone: string): number | null {
  const instant = stamp?.instant ?? (stamp?.local ? toInstant(stamp.local, zone) : null)
  return instant === null ? null : Date.parse(instant)
}

function lookOf({ ended, state, status }: RunSpan): Bar['look'] {
  if (status === 'adopted') return 'left-alone'
  if (!ended) return 'running'
  return state === 'completed' || state === 'stopped' ? 'ended' : 'failed'
}

const URGENCY: Tone[] = ['needs', 'waiting', 'busy', 'good', 'over']

/** One mark a run: of its registrations, what most needs to be seen. Null `at`: at the end of the run. */
function markOf({ registrations }: RunSpan): { at: number | null; tone: Tone } | null {
  const tones = registrations.map((one) => ({ ...one, tone: toneOf(one.state) }))
  const tone = URGENCY.find((one) => tones.some((row) => row.tone === one))
  if (tone === undefined || tone === 'over') return null
  const last = tones.filter((row) => row.tone === 'good').map((row) => Date.parse(row.since))
  return { tone, at: tone === 'good' ? Math.max(...last) : null }
}

const hrefOf = ({ registrations }: RunSpan): string | null => {
  const by = registrations.toSorted(
    (a, b) => URGENCY.indexOf(toneOf(a.state)) - URGENCY.indexOf(toneOf(b.state)),
  )
  return by[0] === undefined ? null : `/registrations/${by[0].id}`
}

const LOOKS: Record<Bar['look'], string> = {
  running: 'running since',
  ended: 'began',
  failed: 'did not end well, began',
  'left-alone': 'left alone, began',
}

function titleOf(span: RunSpan, from: number, clock: Clock): string {
  const began = `${LOOKS[lookOf(span)]} ${clock.local(new Date(from).toISOString())}`
  const fates = span.registrations.map((one) => `${one.registry}: ${stateWords(one)}`)
  return [`${span.run.runId} ${began}`, ...fates].join('; ')
}
