/** Letters and signed events for people who do not look: over a real mail server, a real receiver and a real journal. */
import { createHmac } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { Config } from '../../src/config.ts'
import { startNotifying } from '../../src/ops/notify.ts'
import { openLab } from '../rig/lab.ts'
import { type MailServer, startMailServer } from '../rig/mail-server.ts'
import { novaSeqRun, sheetFor } from '../rig/runs.ts'
import { createWaiting } from '../rig/waiting.ts'
import { following, lost, openRig, type Rig, refused, registered } from './rig.ts'

type Notify = NonNullable<Config['notify']>
type Mail = NonNullable<Notify['mail']>

const PASSWORD = 'the-password-of-the-letters'

const byMail = ({ url }: Pick<MailServer, 'url'>, more: Partial<Mail> = {}): Notify => ({
  ...{ everySeconds: 0.1, link: 'https://runherald.example.org', webhook: null },
  mail: {
    server: url,
    from: 'runherald@example.org',
    to: ['a@example.org', 'b@example.org'],
    auth: null,
    ...more,
  },
})

function notifying(rig: Rig, notify: Notify, view = rig.view) {
  const started = startNotifying(notify, view, { kept: rig.journal, page: rig.url })
  return { [Symbol.dispose]: () => started.close() }
}

/** Something that a person must decide, as the daemon notes and tells it. */
async function hold(rig: Rig, name: string, at = new Date()): Promise<string> {
  const id = await registered(rig.journal, { name }, { at, outcome: lost })
  await rig.journal.openRegistry('climb', 'probe', at)
  rig.herald.emit('registration.held', {
    ...{ registration: id, registry: 'climb', subject: name, reason: 'unknown-outcome', detail: 'lost' },
  })
  return id
}

/** A view that counts how often it was looked at. */
function looking({ view }: Rig) {
  const { changed, until } = createWaiting()
  let looks = 0
  const registries = () => {
    looks++
    changed()
    return view.registries()
  }
  return { view: { ...view, registries }, times: (count: number) => until(() => looks >= count) }
}

test('a letter tells counts and links, and neither names nor reasons', async () => {
  await using rig = await openRig()
  await using server = await startMailServer()
  const ids = [await hold(rig, 'run-of-Jane-Doe'), await hold(rig, 'run-2')]
  await registered(
    rig.journal,
    { type: 'library', name: 'BIRM-PLATE-77', library: 'BIRM-PLATE-77' },
    { at: new Date(), outcome: refused('biosample BIRM-77-14 has not been registered') },
  )
  using _ = notifying(rig, byMail(server))
  const [letter] = await server.received(1)
  expect(letter?.from).toContain('<runherald@example.org>')
  expect(letter?.to.join()).toMatch(/<a@example\.org>.*<b@example\.org>/)
  const text = String(letter?.text)
  expect(text).toMatch(/^Subject: runherald BIRM: 3 things need a person$/m)
  expect(text).toMatch(/^Auto-Submitted: auto-generated$/m)
  expect(text).toMatch(/^2 registrations wait for a decision\n1 registration was refused$/m)
  expect(text).toMatch(/^https:\/\/runherald\.example\.org\/$/m)
  for (const id of ids) expect(text).toContain(`https://runherald.example.org/registrations/${id}\n`)
  expect(text).not.toMatch(/Jane|run-2|PLATE|BIRM-|climb|reset|biosample/)
})

test('an event is signed after Standard Webhooks, and the same when it is sent again', async () => {
  await using rig = await openRig()
  const received: Array<{ headers: Record<string, unknown>; body: string }> = []
  const answers = [503, 204]
  const came = Promise.withResolvers<void>()
  const receiver = createServer((request, response) => {
    let body = ''
    request.on('data', (bytes) => {
      body += bytes
    })
    request.on('end', () => {
      received.push({ headers: request.headers, body })
      response.writeHead(answers[received.length - 1] ?? 204).end()
      if (received.length === 2) came.resolve()
    })
  })
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
  const secret = Buffer.from('a secret of the webhook that is long')
  const tokenFile = join(rig.folder, 'secret')
  await writeFile(tokenFile, `whsec_${secret.toString('base64')}\n`)
  await hold(rig, 'run-of-Jane-Doe')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  using _ = notifying(rig, { everySeconds: 0.1, link: null, mail: null, webhook: { url, tokenFile } })
  await came.promise
  receiver.close()
  for (const { headers, body } of received) {
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const signature = createHmac('sha256', secret).update(signed).digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${signature}`)
  }
  const [first, second] = received
  expect(first?.headers['webhook-id']).toBe(second?.headers['webhook-id'])
  const { type, data } = JSON.parse(String(second?.body))
  expect(type).toBe('person.needed')
  expect(data).toEqual({
    ...{ site: 'BIRM', held: 1, refused: 0, lockedOut: 0, broken: 0, page: `${rig.url}/` },
    links: [expect.stringMatching(/^http.*\/registrations\/[0-9a-f-]{36}$/)],
  })
})

test('what was told is not told again by the next process, and what is new tells all that stands', async () => {
  await using rig = await openRig()
  await using server = await startMailServer()
  await hold(rig, 'run-1', new Date(Date.now() - 3000))
  const sent = following(rig, 'notification.sent')
  {
    using _ = notifying(rig, byMail(server))
    await sent.times(1)
  }
  const looks = looking(rig)
  using _ = notifying(rig, byMail(server), looks.view)
  await looks.times(1)
  await hold(rig, 'run-2')
  const letters = await server.received(2)
  expect(letters.map(({ text }) => /^\d registrations? waits? .*$/m.exec(text)?.[0])).toEqual([
    '1 registration waits for a decision',
    '2 registrations wait for a decision',
  ])
})

test('between two letters lies the interval, whatever happens meanwhile', async () => {
  await using rig = await openRig()
  await using server = await startMailServer()
  const sent = following(rig, 'notification.sent')
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  onTestFinished(() => void vi.useRealTimers())
  using _ = notifying(rig, { ...byMail(server), everySeconds: 3600 })
  await hold(rig, 'run-1')
  await vi.advanceTimersByTimeAsync(60_000)
  await sent.times(1)
  // A letter that went earlier would know nothing of the last.
  for (const [name, untilNext] of Object.entries({ 'run-2': 60_000, 'run-3': 3_539_000, 'run-4': 1_000 })) {
    await hold(rig, name)
    await vi.advanceTimersByTimeAsync(untilNext)
  }
  const [, second] = await server.received(2)
  expect(second?.text).toContain('4 registrations wait for a decision')
})

test('a server that is away is told of once, and gets a letter with the counts of then when it is back', async () => {
  await using rig = await openRig()
  await using server = await startMailServer({ treatments: ['cut', 'busy', 'fine'] })
  const failed = following(rig, 'notification.failed')
  using _ = notifying(rig, byMail(server))
  await hold(rig, 'run-1')
  await failed.times(1)
  await hold(rig, 'run-2')
  const [letter] = await server.received(1)
  expect(letter?.text).toContain('2 registrations wait for a decision')
  expect(server.connections()).toBe(3)
  expect(failed.seen).toHaveLength(1)
})

test('nothing is told while nothing needs a person, nor of what mended itself meanwhile', async () => {
  let away = true
  const fault = { name: 'Error', code: 'EIO', message: 'a share was away' }
  await using rig = await openRig({
    health: () => ({
      redis: null,
      roots: [
        {
          ...{ root: '/data/illumina', holds: 'runs', events: true, sweepSeconds: 60 },
          ...{ scannedOnce: true, lastSweep: new Date(), away: away ? fault : null },
        },
      ],
    }),
  })
  await using server = await startMailServer()
  const looks = looking(rig)
  using _ = notifying(rig, byMail(server), looks.view)
  rig.herald.emit('root.away', { root: '/data/illumina', error: fault })
  const [letter] = await server.received(1)
  expect(letter?.text).toMatch(/^1 part of runherald does not work$/m)
  expect(letter?.text).not.toContain('/data')
  away = false
  rig.herald.emit('root.away', { root: '/data/illumina', error: fault })
  await registered(rig.journal, { name: 'run-1' }, { at: new Date() })
  await looks.times(2)
  await hold(rig, 'run-2')
  const [, next] = await server.received(2)
  expect(next?.text).toMatch(/^1 registration waits for a decision$/m)
  expect(next?.text).not.toContain('does not work')
})

test('the password opens the server, and a wrong one is in no word of the complaint', async () => {
  await using rig = await openRig()
  await using server = await startMailServer({ password: PASSWORD })
  const passwordFile = join(rig.folder, 'password')
  await writeFile(passwordFile, 'a-wrong-password')
  const failed = following(rig, 'notification.failed')
  await hold(rig, 'run-1')
  using _ = notifying(rig, byMail(server, { auth: { username: 'runherald', passwordFile } }))
  await failed.times(1)
  expect(JSON.stringify(failed.seen)).toContain('535')
  expect(JSON.stringify(failed.seen)).not.toContain('a-wrong-password')
  // Renewed in the file, it is taken up by itself.
  await writeFile(passwordFile, `${PASSWORD}\n`)
  await server.received(1)
})

test('a password never goes to another machine unless the connection is encrypted', async () => {
  await using rig = await openRig()
  await using server = await startMailServer({ password: PASSWORD })
  const passwordFile = join(rig.folder, 'password')
  await writeFile(passwordFile, PASSWORD)
  // This way to the same server does not look like this machine.
  const url = server.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  const failed = following(rig, 'notification.failed')
  await hold(rig, 'run-1')
  using _ = notifying(rig, byMail({ url }, { auth: { username: 'runherald', passwordFile } }))
  await failed.times(1)
  expect(server.heard.filter((line) => line.startsWith('AUTH'))).toEqual([])
})

test('the daemon writes when a registry locks it out', async () => {
  await using server = await startMailServer()
  await using lab = await openLab({ config: { notify: byMail(server) } })
  await writeFile(join(lab.folder, 'token'), 'a-wrong-token\n')
  await lab.start()
  await lab.drop('plate7.csv', sheetFor(novaSeqRun(1), 'LIB-7'))
  const [letter] = await server.received(1)
  expect(letter?.text).toMatch(/^1 registry does not take our credentials$/m)
  expect(letter?.text).not.toMatch(/LIB-7|climb|a-wrong-token/)
  await lab.event('notification.sent')
})

test('a mail server that never answers keeps the daemon neither from its work nor from ending', async () => {
  await using server = await startMailServer({ treatments: ['silent'] })
  await using lab = await openLab({ config: { notify: byMail(server) } })
  await lab.start()
  // Away as a share may be: it needs a person while the rest goes on.
  await rename(lab.runs, `${lab.runs}-away`)
  await server.connected(1)
  await lab.drop('plate7.csv', sheetFor(novaSeqRun(1), 'LIB-7'))
  await lab.registrations((rows) => rows.some((row) => row.state === 'registered'))
  expect(await lab.end()).toBe(0)
})
