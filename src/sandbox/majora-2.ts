/** Majora 2 as it stands: runs known by their name, updates that blank what they leave out, token or OAuth2. */
import type { Answer, EmulatedRegistry, Exchange, RegistryOptions } from './emulated-registry.ts'
import { addRuns, isUnowned, type Place, raceText } from './majora-2-runs.ts'
import { structOf } from './majora-2-struct.ts'
import {
  closeEnvelope,
  type Envelope,
  emptyBadRequest,
  type FieldErrors,
  fail,
  openEnvelope,
  ServerError,
  versionGate,
} from './majora-envelope.ts'
import { text } from './majora-fields.ts'
import { addLibrary, libraryRules } from './majora-library.ts'
import { openOAuth } from './majora-oauth.ts'
import { type Body, type Entry, type MajoraCall, routeMajora } from './majora-route.ts'
import { strictLibrary, strictMajora2 } from './majora-strict.ts'
import { openTables } from './majora-tables.ts'
import type { Json } from './python-json.ts'

const vary = 'Authorization, Cookie'
const libraryScopes =
  'majora2.add_biosampleartifact majora2.change_biosampleartifact majora2.add_libraryartifact majora2.change_libraryartifact majora2.add_librarypoolingprocess majora2.change_librarypoolingprocess'
const sequencingScopes =
  'majora2.change_libraryartifact majora2.add_dnasequencingprocess majora2.change_dnasequencingprocess'

const rules = libraryRules({
  name: text({ required: true, min: 5, max: 96 }),
  kitLength: 96,
  strategies: ['WGA', 'WGS', 'AMPLICON', 'TARGETED_CAPTURE', 'OTHER'],
})

export function majora2(options: RegistryOptions): EmulatedRegistry {
  const tables = openTables({ kind: 'majora-2', ...options })
  const oauth = openOAuth(options.oauth)
  const unowned: Place['unowned'] = new Map()
  return {
    apply: tables.apply,
    answer(exchange) {
      if (exchange.path === '/o/token/') return oauth.token(exchange)
      const granted = oauth.scopesOf(exchange.headers['authorization'], exchange.now)
      return routeMajora(exchange, {
        calls: callsOf({ exchange, tables, unowned, options }),
        admit: (body, call) =>
          granted === null ? admitted(body, options) : admittedBy(granted, call, exchange),
        malformed: 'empty-400',
        vary: { usual: vary, fault: vary },
      })
    },
    credentialsRefused: () => emptyBadRequest(vary),
    state: tables.state,
    clear() {
      tables.clear()
      unowned.clear()
    },
  }
}

const callsOf = (place: Place): { [path: string]: MajoraCall } => ({
  '/api/v2/artifact/library/add/': {
    scopes: libraryScopes,
    run: (body) =>
      inEnvelope(place, body, strictLibrary, (envelope) => {
        if (place.exchange.fault?.do === 'race') raceForLibrary(envelope, body)
        else addLibrary(place.exchange, place.tables, body, envelope, { ...rules, biosamplesFirst: true })
      }),
  },
  '/api/v2/process/sequencing/add/': {
    scopes: sequencingScopes,
    run: (body) => inEnvelope(place, body, strictMajora2, (envelope) => addRuns(place, body, envelope)),
  },
  '/api/v2/process/sequencing/get/': {
    run: (body) => inEnvelope(place, body, anything, (envelope) => getRuns(place, body, envelope)),
  },
})

/** The documents forbid it nothing. */
const anything = (): FieldErrors[] => []

function inEnvelope(
  { exchange, options }: Place,
  body: Body,
  strict: (body: Body) => FieldErrors[],
  work: (envelope: Envelope) => void,
): Answer {
  const envelope = openEnvelope()
  envelope.extra['request'] = exchange.newId('request')
  const outdated = versionGate(body, '0.44.0')
  const undocumented = options.strict ? strict(body) : []
  if (outdated !== null) fail(envelope, outdated)
  else if (undocumented.length > 0) for (const errors of undocumented) fail(envelope, errors)
  else work(envelope)
  const answer = closeEnvelope(envelope, { tasks: true, vary })
  const made = envelope.new.some(([what]) => what === 'Sequencing')
  return made && options.raceWindowMs > 0 ? { ...answer, delayMs: options.raceWindowMs } : answer
}

function admittedBy(scopes: string[], call: MajoraCall, exchange: Exchange): Entry {
  const needed = call.scopes
  if (needed === undefined || needed.split(' ').every((scope) => scopes.includes(scope))) return 'allowed'
  return scopeRefusal(exchange, needed)
}

/** A bearer token that is not known is passed over in silence, and the body's own token asked instead. */
function admitted(body: Body, { username, token }: RegistryOptions): Entry {
  if (body['username'] !== username || body['token'] !== token) return 'refused'
  return body['sudo_as'] ? 'refused' : 'allowed'
}

function getRuns({ tables, unowned }: Place, body: Body, envelope: Envelope): void {
  const wanted = body['run_name']
  if (!wanted) {
    fail(envelope, "'run_name' key missing or empty")
    return
  }
  if (typeof wanted !== 'string' && !Array.isArray(wanted)) throw new ServerError('run_name has no length')
  if (wanted.length === 1 && wanted[0] === '*') return
  const found: { [name: string]: Json } = {}
  for (const name of wanted) {
    const run = typeof name === 'string' ? tables.run(name) : null
    if (run === null) {
      envelope.warnings += 1
      envelope.ignored.push(name)
    } else if (isUnowned(run, unowned)) {
      fail(envelope, "'NoneType' object has no attribute 'profile'")
    } else found[String(run.name)] = structOf(run, tables)
  }
  envelope.extra['get'] = found
}

function raceForLibrary(envelope: Envelope, body: Body): void {
  fail(envelope, raceText('LibraryArtifact'))
  envelope.messages.push(
    'Likely caught other process in the middle of adding a LibraryArtifact, advised to resubmit',
  )
  envelope.ignored.push(body['library_name'] ?? null)
}

/** The one answer in which `success` is missing. */
function scopeRefusal(exchange: Exchange, needed: string): Answer {
  const envelope = openEnvelope()
  envelope.extra['request'] = exchange.newId('request')
  fail(
    envelope,
    `Your token is valid but does not have all of the scopes to perform this action. Required scopes: ${needed}`,
  )
  return closeEnvelope(envelope, { tasks: true, vary, success: false })
}
