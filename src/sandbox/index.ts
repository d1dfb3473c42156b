/**
 * Emulated registries: one HTTP server on loopback, each kind under its own path, behaving as the real servers were seen
 * to behave. A program apart: it shares no code with what speaks to registries, so that no mistake can hide in both.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { serveControl } from './control.ts'
import type { EmulatedRegistry, RegistryOptions } from './emulated-registry.ts'
import { openFaults } from './faults.ts'
import { type ExchangePart, serveExchange } from './http.ts'
import { kinds, type SandboxKind } from './kinds.ts'
import { openLog } from './log.ts'
import { majora2 } from './majora-2.ts'
import { majora20200324 } from './majora-2020-03-24.ts'
import { majora20200325 } from './majora-2020-03-25.ts'
import { onecodex } from './onecodex.ts'
import type { Sandbox, SandboxOptions, SandboxState } from './sandbox.ts'
import { webhook } from './webhook.ts'

export { type FaultScript, readFaultScript } from './faults.ts'
export { kinds, type SandboxKind } from './kinds.ts'
export type { Commit, SandboxLogEntry } from './log.ts'
export type { Sandbox, SandboxOptions } from './sandbox.ts'

export const defaultCredentials = {
  username: 'sandbox',
  token: 'sandbox-token',
  oauth: {
    clientId: 'sandbox-client',
    clientSecret: 'sandbox-client-secret',
    refreshToken: 'sandbox-refresh-token',
    scope: [
      'majora2.add_biosampleartifact majora2.change_biosampleartifact majora2.add_libraryartifact',
      'majora2.change_libraryartifact majora2.add_librarypoolingprocess majora2.change_librarypoolingprocess',
      'majora2.add_dnasequencingprocess majora2.change_dnasequencingprocess',
    ].join(' '),
  },
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1'
  const now = options.now ?? (() => new Date())
  const log = openLog(options.stateFile ?? null, now)
  const settings = settingsOf(options)
  const registries = registriesOf(settings)
  for (const commit of log.earlier) registries[commit.kind].apply(commit, new Date(commit.at))

  let faults = openFaults(options.faults ?? { rules: [] })
  const ending = new AbortController()
  const part: ExchangePart = {
    registries,
    log,
    faults: () => faults,
    secrets: [settings.token, settings.oauth.clientSecret, settings.oauth.refreshToken],
    closing: ending.signal,
    now,
  }

  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    if (!silenced.has(request.socket)) void serve(part, sandbox, settings.strict, request, response)
  })
  const silenced = strikeConnections(server, part)
  const port = await listening(server, options.port ?? 0, host)
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`

  const sandbox: Sandbox = {
    url,
    port,
    urlOf: (kind) => `${url}/${kind}`,
    log: () => log.entries(),
    state: () => Object.fromEntries(kinds.map((kind) => [kind, registries[kind].state()])) as SandboxState,
    setFaults(next) {
      faults = openFaults(next)
    },
    reset() {
      for (const kind of kinds) registries[kind].clear()
      log.reset()
    },
    close() {
      ending.abort()
      return closed(server)
    },
  }

  return sandbox
}

async function serve(
  part: ExchangePart,
  sandbox: Sandbox,
  strict: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const target = new URL(request.url ?? '/', sandbox.url)
    const kind = kinds.find((one) => `${target.pathname}/`.startsWith(`/${one}/`))
    if (kind === undefined) await serveControl(sandbox, part.faults, strict, target, request, response)
    else await serveExchange(part, kind, target, request, response)
  } catch (error) {
    response.destroy(error instanceof Error ? error : undefined)
    process.stderr.write(`sandbox: ${error instanceof Error ? error.stack : error}\n`)
  }
}

const settingsOf = (options: SandboxOptions): RegistryOptions => ({
  strict: options.strict ?? false,
  username: options.username ?? defaultCredentials.username,
  token: options.token ?? defaultCredentials.token,
  biosamples: options.biosamples ?? null,
  database: options.database ?? 'mariadb',
  raceWindowMs: options.raceWindowMs ?? 0,
  oauth: { ...defaultCredentials.oauth, ...options.oauth },
})

const registriesOf = (settings: RegistryOptions): { [kind in SandboxKind]: EmulatedRegistry } => ({
  'majora-2020-03-24': majora20200324(settings),
  'majora-2020-03-25': majora20200325(settings),
  'majora-2': majora2(settings),
  'onecodex-v1': onecodex(settings),
  webhook: webhook(settings),
})

/** Strikes connections before anything of a request is read; gives back those on which silence is to be kept. */
function strikeConnections(server: Server, { faults, log }: ExchangePart): WeakSet<Socket> {
  const silenced = new WeakSet<Socket>()
  server.on('connection', (socket) => {
    const struck = faults().strike('connection', null)
    if (struck === null) return
    log.add({ entry: 'fault', request: null, ...struck })
    if (struck.fault.do === 'reset') socket.resetAndDestroy()
    else if (struck.fault.do === 'fin') socket.destroySoon()
    else silenced.add(socket)
  })
  return silenced
}

async function listening(server: Server, port: number, host: string): Promise<number> {
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the sandbox has no port')
  return address.port
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!server.listening) return resolve()
    server.close((error) => (error === undefined ? resolve() : reject(error)))
    server.closeAllConnections()
  })
