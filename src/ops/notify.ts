/**
 * Writes to those who do not look: how much needs a person, as counts and links, never names or the content of cells.
 *
 * What comes together is one message, and there is at most one an interval. A message tells how things stand when it
 * goes, so that one that could not be sent loses nothing: the next says more. A dead server delays nothing else.
 */
import type { Config } from '../config.ts'
import type { Happening } from '../events.ts'
import type { Journal, RegistrationRow } from '../journal/journal.ts'
import { uuid5 } from '../record/identity.ts'
import { readinessOf } from './health.ts'
import type { Channel, News } from './notify/channel.ts'
import { mailChannel } from './notify/mail.ts'
import { webhookChannel } from './notify/webhook.ts'
import type { View } from './view.ts'

type Kept = Pick<Journal, 'getMeta' | 'setMeta'>

/** What one event brings is seldom alone: a sheet has many rows, and a broken share many runs. */
const GATHER_SECONDS = 60
const RETRY_SECONDS = { least: 1, most: 300 }
const LINKS = 10

/** `page` is where the status page is served, for want of an address of the operator's own. */
export function startNotifying(
  notify: Config['notify'],
  view: View,
  { kept, page }: { kept: Kept; page: string },
): { close(): void } {
  if (notify === null) return { close: () => {} }
  const channels = [
    ...(notify.mail === null ? [] : [mailChannel(notify.mail)]),
    ...(notify.webhook === null ? [] : [webhookChannel(notify.webhook)]),
  ]
  const look = (told: string) => newsOf(view, (notify.link ?? page).replace(/\/$/, ''), told)
  const started = channels.map((channel) =>
    follow(channel, { look, kept, everyMs: notify.everySeconds * 1000, herald: view.herald }),
  )
  return {
    close() {
      for (const end of started) end()
    },
  }
}

type Found = { news: News; newest: string }
type Following = {
  look(told: string): Promise<Found | null>
  kept: Kept
  everyMs: number
  herald: View['herald']
}

function follow(channel: Channel, { look, kept, everyMs, herald }: Following): () => void {
  const key = `notified.${channel.name}`
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let isFailing = false
  // What happened before this process began shows in the journal alone.
  let isNews = false
  let turn = Promise.resolve()

  function lookIn(ms: number): void {
    if (isClosed || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      turn = turn.then(speak).catch(failed)
    }, ms).unref()
  }

  async function speak(): Promise<void> {
    const { told, at } = readTold(await kept.getMeta(key))
    const tooEarlyMs = at + everyMs - Date.now()
    if (tooEarlyMs > 0 && tooEarlyMs <= everyMs) return lookIn(tooEarlyMs)
    const found = await look(told)
    const isDue = found !== null && (isNews || found.newest > told)
    isNews = false
    if (!isDue) return
    const fault = await channel.send(found.news)
    if (isClosed) return
    if (fault !== null) return failed(fault)
    isFailing = false
    await kept.setMeta(key, JSON.stringify({ told: found.newest, at: Date.now() }))
    const { held, refused, lockedOut, broken } = found.news
    herald.emit('notification.sent', { channel: channel.name, needing: held + refused + lockedOut + broken })
  }

  function failed(why: unknown): void {
    if (isClosed) return
    isNews = true
    if (!isFailing)
      herald.emit('notification.failed', { channel: channel.name, detail: String(why).slice(0, 300) })
    isFailing = true
    lookIn(Math.min(Math.max(everyMs, RETRY_SECONDS.least * 1000), RETRY_SECONDS.most * 1000))
  }

  const gatherMs = Math.min(GATHER_SECONDS * 1000, everyMs)
  const unsubscribe = herald.subscribe((happening) => {
    if (!needsPerson(happening)) return
    isNews = true
    lookIn(gatherMs)
  })
  lookIn(gatherMs)
  return () => {
    isClosed = true
    clearTimeout(timer)
    unsubscribe()
  }
}

function needsPerson({ event, fields }: Happening): boolean {
  switch (event) {
    case 'registration.held':
    case 'registration.refused':
    case 'root.away':
    case 'redis.away':
      return true
    case 'registry.paused':
      return fields.reason === 'credentials'
    default:
      return false
  }
}

/** Null when nothing needs a person. `newest` is when the latest of it came to be. */
async function newsOf(view: View, page: string, told: string): Promise<Found | null> {
  const { journal } = view
  const [counts, registries, health, held, refused] = await Promise.all([
    journal.counts(),
    view.registries(),
    view.health(),
    journal.standing({ state: 'held', latestFirst: true, limit: LINKS }),
    journal.standing({ state: 'refused', latestFirst: true, limit: LINKS }),
  ])
  const now = new Date()
  const sum = (state: RegistrationRow['state']) =>
    counts.reduce((all, one) => all + (one.state === state ? one.count : 0), 0)
  const lockedOut = registries.filter((one) => one.reason === 'credentials')
  const broken = readinessOf(health, now).reasons.filter((one) => one.code !== 'root-not-scanned')
  const latest = [...held, ...refused].toSorted((a, b) => b.since.localeCompare(a.since)).slice(0, LINKS)
  const numbers = {
    held: sum('held'),
    refused: sum('refused'),
    lockedOut: lockedOut.length,
    broken: broken.length,
  }
  if (Object.values(numbers).every((one) => one === 0)) return null
  const news = {
    ...numbers,
    ...{ site: view.site, page: `${page}/`, links: latest.map(({ id }) => `${page}/registrations/${id}`) },
  }
  const id = uuid5(['notification', told, JSON.stringify(news)].join('\n'))
  const newest = [...latest, ...lockedOut].map((one) => one.since).toSorted()
  return { news: { ...news, id, at: now }, newest: newest.at(-1) ?? told }
}

function readTold(text: string | null): { told: string; at: number } {
  return text === null ? { told: '', at: Number.NEGATIVE_INFINITY } : JSON.parse(text)
}
