/** A lab for delivery: a real journal, a real redis-server, and a registry that is a real HTTP server with a temper. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { decideAt } from '../../src/deliver/decide.ts'
import { type Delivery, startDelivery } from '../../src/deliver/delivery.ts'
import type { Destination } from '../../src/deliver/destination.ts'
import { type EmbeddedRedis, startEmbeddedRedis } from '../../src/deliver/embedded-redis.ts'
import { createHerald, type EventName, type Happening } from '../../src/events.ts'
import type { Answer, Json, LookUp, Plan, Request, Submission, Traits, Verdict } from '../../src/handovers.ts'
import type { Journal, RegistrationRow } from '../../src/journal/journal.ts'
import type { Reason, SubjectRef } from '../../src/record/registration.ts'
import { opened } from '../journal/rig.ts'
import { temporaryFolder } from '../rig/temporary-folder.ts'

export const REPEATABLE: Traits = { repeatable: true, askable: false, busyIsSafe: true, corrects: true }
export const ASKABLE: Traits = { repeatable: false, askable: true, busyIsSafe: false, corrects: false }
export const NEITHER: Traits = { repeatable: false, askable: false, busyIsSafe: false, corrects: false }

export const TOKEN = 'a-token-that-nobody-may-see'
/** Fast enough that five minutes are a third of a second. */
export const TIME_SCALE = 1000

export const journalAt = (folder: string, timeScale = TIME_SCALE): Promise<Journal> =>
  opened(join(folder, 'journal.sqlite'), { decide: decideAt(timeScale) })

type PlanOf = {
  id?: string
  registry?: string
  type?: SubjectRef['type']
  name?: string
  body?: Json
  traits?: Traits
  claims?: string[]
  prerequisite?: string | null
  waitingFor?: Reason[]
  stop?: Submission['stop']
  notBefore?: string | null
}

export function planOf(given: PlanOf = {}): Plan {
  const { type = 'run', registry = 'lab', traits = REPEATABLE, notBefore = null } = given
  const name = given.name ?? given.id ?? 'run-1'
  const body = given.body === undefined ? { name } : given.body
  const request: Request = {
    method: 'POST',
    path: '/add',
    body: body !== null && typeof body === 'object' ? { ...body, token: '***' } : body,
    secrets: [{ in: 'body', name: 'token', secret: 'token' }],
  }
  return {
    submission: {
      id: given.id ?? 'run-1',
      registry,
      kind: 'test',
      subject: { type, key: `${type}\n${name}`, name, library: given.prerequisite ?? null, path: null },
      mapped:
        body === null
          ? null
          : {
              request,
              claims: given.claims ?? [],
              prerequisite: given.prerequisite ?? null,
              warnings: [],
            },
      waitingFor: given.waitingFor ?? [],
      stop: given.stop ?? null,
      problems: [],
      facts: null,
    },
    traits,
    notBefore,
  }
}

/** A server on a port of its own, whose connections end with it. */
export async function listening(server: Server): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** One request the registry got, and the means to answer it in any way. */
export type Heard = {
  path: string
  method: string
  headers: IncomingMessage['headers']
  body: Json
  response: ServerResponse
}

type FakeRegistry = AsyncDisposable & {
  url: string
  /** Every request but probes, in order. */
  heard: Heard[]
  /** What it took: commits are a step of their own, before any answer. */
  commits: Json[]
  probes: number
  /** Answers the next requests in this way, each once; afterwards all are accepted. */
  next(...answers: Array<(heard: Heard) => void>): void
  /** Drops what is left of the script. */
  forget(): void
  /** Answers probes in this way from now on. */
  onProbe(answer: (heard: Heard) => void): void
  stop(): Promise<void>
  start(): Promise<void>
}

export async function fakeRegistry(): Promise<FakeRegistry> {
  const heard: Heard[] = []
  const commits: Json[] = []
  const script: Array<(heard: Heard) => void> = []
  let probe: (heard: Heard) => void = ({ response }) => response.end('{"ok":true}')
  let port = 0
  const accept = (one: Heard) => {
    commits.push(one.body)
    answer(200, { ok: true, id: `remote-${commits.length}` })(one)
  }
  const serve = () =>
    createServer((message, response) => {
      const chunks: Buffer[] = []
      message.on('data', (chunk: Buffer) => chunks.push(chunk))
      message.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const body = (text === '' ? null : JSON.parse(text)) as Json
        const one = {
          path: message.url ?? '',
          method: message.method ?? '',
          headers: message.headers,
          body,
          response,
        }
        if (one.path === '/probe') {
          registry.probes += 1
          return probe(one)
        }
        heard.push(one)
        ;(script.shift() ?? accept)(one)
      })
    })
  let server = serve()
  const registry: FakeRegistry = {
    get url() {
      return `http://127.0.0.1:${port}`
    },
    ...{ heard, commits, probes: 0 },
    next: (...answers) => {
      script.push(...answers)
    },
    forget: () => {
      script.length = 0
    },
    onProbe: (answer) => {
      probe = answer
    },
    start: () =>
      new Promise((listening) => {
        server = serve()
        server.listen(port, '127.0.0.1', () => {
          port = (server.address() as AddressInfo).port
          listening()
        })
      }),
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
    [Symbol.asyncDispose]: () => registry.stop(),
  }
  await registry.start()
  return registry
}

export const answer =
  (status: number, body: Json | string, headers: Record<string, string> = {}) =>
  ({ response }: Heard): void => {
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body))
  }

/** A kind made for these tests: statuses say all, in the words of the table. */
export function destinationOf(
  registry: Pick<FakeRegistry, 'url'>,
  given: Partial<Destination> = {},
): Destination {
  return {
    name: 'lab',
    kind: 'test',
    url: registry.url,
    limits: { concurrency: 1, perSecond: 1000, timeoutSeconds: 2 },
    settings: {
      name: 'lab',
      url: registry.url,
      username: null,
      oauth: false,
      defaults: {},
      endTimeFromMtime: false,
    },
    judge: (_sent, answered) => judge(answered),
    probe: {
      request: () => ({ method: 'GET', path: '/probe', body: null, secrets: [] }),
      judge: ({ status }) =>
        status === 200 ? { is: 'open' } : { is: 'closed', reason: 'away', detail: `answered ${status}` },
    },
    lookUp: null,
    secrets: async () => `${TOKEN}\n`,
    ...given,
  }
}

export function* askOnce(): Generator<Request, LookUp, Answer> {
  const found = yield { method: 'GET', path: '/find', body: null, secrets: [] }
  if (found.status === 404) return { is: 'not-found' }
  if (found.status === 409) return { is: 'conflict', detail: 'another batch has this name' }
  if (found.status !== 200) return { is: 'unclear', detail: `answered ${found.status}` }
  return { is: 'found', remoteIds: { batch: 'found-1' }, samples: [] }
}

function judge(answered: Answer): Verdict {
  const { status } = answered
  if (status === 429 || status === 503)
    return { is: 'try-later', because: 'busy', detail: `answered ${status}` }
  if (status === 401) return { is: 'pause', reason: 'credentials', detail: 'answered 401' }
  if (status === 409) return { is: 'look-up', detail: 'answered 409' }
  if (status === 422) return { is: 'refused', reasons: [`refused: ${answered.body}`] }
  if (status === 424)
    return { is: 'try-later', because: 'prerequisite', detail: 'no such library', library: answered.body }
  if (status !== 200) return { is: 'unknown', detail: `answered ${status}`, pause: null }
  const { id } = JSON.parse(answered.body) as { id: string }
  return { is: 'accepted', adopted: false, remoteIds: { run: id }, samples: [], notes: [] }
}

/** Delivery as the daemon starts it, at a fast clock unless said otherwise. */
export const deliveryOf = ({
  socket,
  sweepSeconds = 60,
  timeScale = TIME_SCALE,
  ...given
}: Pick<Parameters<typeof startDelivery>[0], 'journal' | 'destinations' | 'emit'> & {
  socket: string
  sweepSeconds?: number
  timeScale?: number
}): Promise<Delivery> =>
  startDelivery({
    ...{ ...given, timeScale, prefix: 'runherald', now: () => new Date() },
    redis: { path: socket },
    queue: { sweepSeconds, lockSeconds: 60, stalledSeconds: 30 },
  })

type Lab = AsyncDisposable & {
  folder: string
  journal: Journal
  redis: EmbeddedRedis
  delivery: Delivery
  happened: Happening[]
  /** Plans, nudges, and gives the ids. */
  plan(...plans: Plan[]): Promise<string[]>
  row(id?: string): Promise<RegistrationRow>
  /** Waits for the next happening of this name from now on, or one told before that was not waited for. */
  until<Name extends EventName>(
    name: Name,
    fits?: (fields: Record<string, unknown>) => boolean,
  ): Promise<void>
  /** Waits until all registrations together are as wanted; looks again at every happening. */
  rows(wanted: (rows: RegistrationRow[]) => boolean): Promise<RegistrationRow[]>
  /** Ends delivery and journal as a stop of the daemon would, and starts them anew on the same folder. */
  restart(): Promise<void>
}

export async function lab(
  destinations: Destination[],
  { sweepSeconds = 60, timeScale = TIME_SCALE }: { sweepSeconds?: number; timeScale?: number } = {},
): Promise<Lab> {
  const folder = await temporaryFolder()
  const herald = createHerald(() => {})
  const happened: Happening[] = []
  let taken = 0
  const waiting = new Set<() => unknown>()
  herald.subscribe((one) => {
    happened.push(one)
    for (const look of [...waiting]) look()
  })
  const redis = await startEmbeddedRedis(join(folder.path, 'redis'), { emit: herald.emit })
  if (!redis.ok) throw new Error(redis.error.detail)
  const { socket } = redis.value
  const start = (journal: Journal) =>
    deliveryOf({ ...{ journal, socket, destinations, sweepSeconds, timeScale }, emit: herald.emit })
  const journal = await journalAt(folder.path, timeScale)
  const made: Lab = {
    folder: folder.path,
    journal,
    redis: redis.value,
    delivery: await start(journal),
    happened,
    async plan(...plans) {
      const planned = await made.journal.plan(plans, new Date())
      made.delivery.nudge(planned)
      return planned.map(({ id }) => id)
    },
    async row(id = 'run-1') {
      const story = await made.journal.story(id)
      if (story === null) throw new Error(`there is no registration ${id}`)
      return story.registration
    },
    until: (name, fits = () => true) =>
      new Promise((resolve, reject) => {
        const deadline = setTimeout(() => {
          waiting.delete(look)
          reject(
            new Error(
              `waited in vain for ${name}; seen: ${happened.map((one) => JSON.stringify([one.event, one.fields])).join('\n')}`,
            ),
          )
        }, 15_000)
        const look = () => {
          const at = happened.findIndex(
            (one, index) =>
              index >= taken && one.event === name && fits(one.fields as Record<string, unknown>),
          )
          if (at < 0) return
          taken = at + 1
          waiting.delete(look)
          clearTimeout(deadline)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    rows: (wanted) =>
      new Promise((resolve, reject) => {
        const end = (finish: () => void) => {
          waiting.delete(look)
          clearTimeout(deadline)
          finish()
        }
        const look = () =>
          made.journal.registrations().then(
            (rows) => wanted(rows) && end(() => resolve(rows)),
            (thrown) => end(() => reject(thrown)),
          )
        const deadline = setTimeout(async () => {
          const rows = await made.journal.registrations()
          const states = rows.map(({ id, state, reason, attempts }) =>
            [id, state, reason, attempts].join(' '),
          )
          end(() => reject(new Error(`the registrations are not as wanted:\n${states.join('\n')}`)))
        }, 25_000)
        waiting.add(look)
        look()
      }),
    async restart() {
      await made.delivery.close()
      await made.journal.close()
      made.journal = await journalAt(folder.path, timeScale)
      made.delivery = await start(made.journal)
    },
    async [Symbol.asyncDispose]() {
      await made.delivery.close()
      await made.journal.close()
      await redis.value.close()
      await folder[Symbol.asyncDispose]()
    },
  }
  return made
}
