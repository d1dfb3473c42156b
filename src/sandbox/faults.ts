/**
 * What shall go wrong, when, and how often: the fault script, read and matched.
 *
 * Rules are tried in order and the first that matches strikes; a request meets at most one fault before its body is read
 * and one after. What a script may say, and what each fault does: `README.md` beside this file.
 */
import * as z from 'zod'
import { kinds, type SandboxKind } from './kinds.ts'

const beforeOrAfter = z.enum(['before-commit', 'after-commit'])
const waits = { beforeCommitMs: z.int().min(0).optional(), afterCommitMs: z.int().min(0).optional() }

const FaultDoing = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.enum(['reset', 'fin', 'hang']),
    at: z
      .enum(['after-commit', 'accept', 'headers', 'mid-body', 'before-commit', 'mid-answer'])
      .default('after-commit'),
    ...waits,
  }),
  z.strictObject({
    do: z.literal('status'),
    at: beforeOrAfter.default('before-commit'),
    status: z.int().min(200).max(599),
    retryAfter: z.union([z.number(), z.string(), z.strictObject({ inSeconds: z.number() })]).optional(),
    body: z.string().optional(),
    contentType: z.string().optional(),
    ...waits,
  }),
  z.strictObject({
    do: z.enum(['html', 'no-success', 'empty-new']),
    at: beforeOrAfter.default('before-commit'),
    ...waits,
  }),
  z.strictObject({
    do: z.enum(['credentials', 'race', 'poison', 'truncated-json', 'gzip', 'delay']),
    ...waits,
  }),
  z.strictObject({
    do: z.literal('redirect'),
    status: z.literal([301, 302, 303, 307, 308]).default(302),
    location: z.string().optional(),
    ...waits,
  }),
  z.strictObject({
    do: z.literal('database'),
    words: z.string().default('deadlock'),
    at: beforeOrAfter.default('before-commit'),
    ...waits,
  }),
  z.strictObject({ do: z.literal('partial'), commits: z.int().min(0), ...waits }),
  z.strictObject({ do: z.literal('content-type'), contentType: z.string(), ...waits }),
  z.strictObject({
    do: z.literal('drip'),
    bytes: z.int().min(1).default(1),
    everyMs: z.int().min(1).default(100),
    ...waits,
  }),
  z.strictObject({ do: z.literal('clock'), hours: z.number(), ...waits }),
])
export type FaultDoing = z.output<typeof FaultDoing>

const Rule = z
  .strictObject({
    match: z
      .strictObject({
        kind: z.enum(kinds).optional(),
        method: z.string().optional(),
        path: z.string().optional(),
        runName: z.string().optional(),
        probability: z.number().min(0).max(1).optional(),
        nth: z.int().min(1).optional(),
      })
      .default({}),
    times: z.int().min(1).optional(),
    fault: FaultDoing,
  })
  .superRefine(({ match, fault }, context) => {
    const say = (message: string): void => context.addIssue({ code: 'custom', path: ['match'], message })
    const stage = stageOf(fault)
    if (stage === 'connection' && (match.kind ?? match.method ?? match.path ?? match.runName) !== undefined) {
      say('a fault at accept strikes before anything was read: match by nth or probability only')
    }
    if (stage === 'headers' && match.runName !== undefined) {
      say('a fault at headers or mid-body strikes before the body was read: runName is not known yet')
    }
    const majora2Only = fault.do === 'race' || fault.do === 'poison'
    if (majora2Only && match.kind !== undefined && match.kind !== 'majora-2') {
      say(`only majora-2 can answer with a ${fault.do}`)
    }
  })
const Script = z.strictObject({ seed: z.int().default(1), rules: z.array(Rule) })

export type FaultScript = z.input<typeof Script>

/** Checks a script. All that is wrong with it is told at once, each with its place. */
export function readFaultScript(
  json: unknown,
): { ok: true; script: FaultScript } | { ok: false; errors: string[] } {
  const read = Script.safeParse(json)
  if (read.success) return { ok: true, script: read.data }
  const told = read.error.issues.map(
    ({ path, message }) => `${z.core.toDotPath(path) || 'the script'}: ${message}`,
  )
  return { ok: false, errors: told }
}

/** What is known of a request when a fault may strike. At a connection nothing is. */
type Sighting = { kind: SandboxKind | null; method: string; path: string; names: readonly string[] }
type Stage = 'connection' | 'headers' | 'body'

/** Decides for each connection and request what strikes it. Throws for a script that `readFaultScript` refuses. */
export type Faults = {
  script: FaultScript
  strike(stage: Stage, sighting: Sighting | null): { rule: number; fault: FaultDoing } | null
}

export function openFaults(script: FaultScript): Faults {
  const { seed, rules } = Script.parse(script)
  const counts = rules.map(() => ({ seen: 0, struck: 0 }))
  const chance = randomFrom(seed)
  return {
    script,
    strike(stage, sighting) {
      for (const [place, rule] of rules.entries()) {
        const count = counts[place]
        if (count === undefined || stageOf(rule.fault) !== stage) continue
        if (count.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) continue
        if (sighting !== null && !fits(rule, sighting)) continue
        if (rule.match.probability !== undefined && chance() >= rule.match.probability) continue
        count.seen += 1
        if (rule.match.nth !== undefined && count.seen !== rule.match.nth) continue
        count.struck += 1
        return { rule: place, fault: rule.fault }
      }
      return null
    },
  }
}

function stageOf(fault: FaultDoing): Stage {
  if (!('at' in fault)) return 'body'
  if (fault.at === 'accept') return 'connection'
  return fault.at === 'headers' || fault.at === 'mid-body' ? 'headers' : 'body'
}

function fits({ match, fault }: z.output<typeof Rule>, sighting: Sighting): boolean {
  const kind = fault.do === 'race' || fault.do === 'poison' ? 'majora-2' : match.kind
  if (kind !== undefined && kind !== sighting.kind) return false
  if (match.method !== undefined && match.method.toUpperCase() !== sighting.method) return false
  if (match.runName !== undefined && !sighting.names.includes(match.runName)) return false
  if (match.path === undefined) return true
  return match.path.endsWith('*')
    ? sighting.path.startsWith(match.path.slice(0, -1))
    : sighting.path === match.path
}

/** Mulberry32: small, and the same everywhere for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
