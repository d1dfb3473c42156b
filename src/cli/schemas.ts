/** The shape of every JSON document that programs may rely on, published by `runherald schema NAME`. */
import * as z from 'zod'
import { STATES } from '../record/registration.ts'
import { RunFacts, RunStatus } from '../record/run.ts'

const text = z.string()
const maybe = text.nullable()
const count = z.int().nonnegative()
/** RFC 3339 in UTC. */
const Instant = z.iso.datetime()
const Texts = z.record(text, text)
const Anything = z.json()

const Problem = z.strictObject({
  code: text,
  severity: z.enum(['error', 'warning']),
  file: maybe,
  rows: z.array(z.int()),
  column: z.strictObject({ letter: text, name: text }).nullable(),
  found: text,
  title: text,
  fix: text,
  suggestion: text.optional(),
})
const problems = z.array(Problem)

const Subject = z.strictObject({
  type: z.enum(['run', 'library', 'batch']),
  name: text,
  library: maybe,
  path: maybe,
})

const registration = {
  id: z.uuid(),
  registry: text,
  kind: text,
  subject: Subject,
  revision: z.int().positive(),
  state: z.enum(STATES),
  reason: maybe,
  since: Instant,
  nextTry: Instant.nullable(),
  attempts: count,
  remoteIds: Texts,
}
const Registration = z.strictObject(registration)

const { sequencingUuid: _, ...facts } = RunFacts.shape
const Checked = z.strictObject({
  path: text,
  kind: z.enum(['run-folder', 'sample-sheet', 'unrecognised']),
  recognisedAs: maybe,
  run: z
    .strictObject({ ...facts, sequencingId: text, sequencingIdSource: z.enum(['instrument', 'derived']) })
    .nullable(),
  provenance: z.record(text, z.strictObject({ file: text, at: text })),
  completion: z.strictObject({ state: RunStatus, because: text, missing: z.array(text) }).nullable(),
  sheet: z
    .looseObject({
      format: text,
      version: maybe,
      samples: count,
      rows: count,
      valid: z.boolean(),
      libraries: z.array(z.looseObject({ name: text })),
      batches: z.array(z.looseObject({ name: text })),
    })
    .nullable(),
  problems,
  submissions: z.array(
    z.strictObject({
      ...{ registry: text, kind: text, id: z.uuid(), url: text },
      subject: z.strictObject({ type: Subject.shape.type, name: text, library: maybe }),
      requests: z.array(
        z.strictObject({ method: z.enum(['GET', 'POST']), path: text, headers: Texts, body: Anything }),
      ),
      waitingFor: z.array(text),
      afterLibrary: maybe,
      graceSeconds: z.number().nonnegative(),
    }),
  ),
})

const Receipt = z.strictObject({
  ...{ registration: z.uuid(), registry: text, kind: text, subject: Subject, remoteIds: Texts },
  samples: z.array(z.strictObject({ sample: text, remoteId: text })),
  at: Instant,
})

const Attempt = z.strictObject({
  ...{ registration: z.uuid(), revision: z.int(), attempt: z.int(), purpose: z.enum(['send', 'look-up']) },
  ...{
    url: text,
    bodyHash: text,
    started: Instant,
    ended: Instant.nullable(),
    outcome: maybe,
    detail: maybe,
  },
  answer: z.strictObject({ status: z.int(), headers: Texts, body: text }).nullable(),
})

const Event = z.looseObject({
  ...{ at: Instant, event: text, registration: maybe, registry: maybe, who: maybe, detail: Anything },
})

const Explained = z.strictObject({
  ...registration,
  ...{ because: z.array(text), next: text, needsYou: z.boolean(), problems },
  lastAttempt: z.strictObject({ started: Instant, outcome: maybe, status: z.int().nullable() }).nullable(),
})

const ExplainedPath = z.strictObject({
  path: text,
  kind: Checked.shape.kind,
  recognisedAs: maybe,
  root: maybe,
  status: z.enum(['active', 'done', 'adopted', 'gone']).nullable(),
  because: z.array(text),
  next: maybe,
  needsYou: z.boolean(),
  problems,
  registries: z.array(z.strictObject({ name: text, because: text })),
  registrations: z.array(Explained),
})

const ConfigProblem = z.strictObject({
  ...Problem.shape,
  position: z.strictObject({ line: z.int(), column: z.int() }).nullable(),
  key: maybe,
})

/** By the command that writes it with `--json`; `sheet-report` is `_status/NAME.json` beside a dropped sheet. */
export const schemas = {
  check: z.strictObject({ results: z.array(Checked) }),
  explain: z.union([Explained, ExplainedPath]),
  ls: z.strictObject({ registrations: z.array(Registration) }),
  'ls-adopted': z.strictObject({
    adopted: z.array(
      z.strictObject({
        ...{ runId: text, instrumentMake: maybe, status: text, path: text, root: text, firstSeen: Instant },
      }),
    ),
  }),
  show: z.strictObject({
    registration: Registration,
    revisions: z.array(
      z.strictObject({ ...registration, submission: z.looseObject({ id: z.uuid(), problems }) }),
    ),
    attempts: z.array(Attempt),
    receipt: Receipt.nullable(),
    events: z.array(Event),
  }),
  receipts: z.strictObject({ receipts: z.array(Receipt) }),
  retry: z.strictObject({
    retried: z.array(
      z.strictObject({
        // `needsYou`: a person must decide or mend something first.
        ...{ what: text, id: maybe, done: z.boolean(), needsYou: z.boolean(), because: maybe },
      }),
    ),
  }),
  resolve: z.strictObject({ id: z.uuid(), done: z.boolean(), because: maybe, state: z.enum(STATES) }),
  doctor: z.strictObject({
    checks: z.array(
      z.strictObject({
        id: text,
        result: z.enum(['fine', 'warning', 'error']),
        what: text,
        found: text,
        // Null when nothing is to be done.
        fix: maybe,
        // What is wrong is that a service cannot be reached, which may mend itself.
        away: z.boolean(),
      }),
    ),
  }),
  events: z.strictObject({
    events: z.array(
      z.strictObject({ event: text, level: z.enum(['debug', 'info', 'warn', 'error']), means: text }),
    ),
  }),
  'config-check': z.strictObject({ valid: z.boolean(), file: maybe, problems: z.array(ConfigProblem) }),
  'config-show': z.strictObject({
    file: maybe,
    values: z.record(text, Anything),
    origins: Texts,
    others: text,
  }),
  'dry-run': z.strictObject({
    roots: z.array(
      z.strictObject({
        ...{ root: text, adopt: text, firstScan: z.enum(['to-come', 'made']), away: maybe },
        // `left`: not finished, or not to be read. `known`: registered, or left alone, by an earlier scan.
        ...{ adopted: count, registered: count, left: count, known: count },
      }),
    ),
  }),
  error: z.strictObject({
    error: z.strictObject({ exit: z.int(), message: text, problems: z.array(ConfigProblem) }),
  }),
  'sheet-report': z.strictObject({
    file: text,
    sha256: maybe,
    state: z.enum(['received', 'waiting', 'done', 'needs-fixing', 'partly']),
    sent: z.boolean(),
    registrations: z.array(Registration),
    subjects: z.array(
      z.strictObject({
        type: z.enum(['library', 'batch']),
        name: text,
        rows: z.array(z.int()),
        outcome: z.enum(['registered', 'under-way', 'blocked', 'attention', 'unwanted', 'replaced', 'ended']),
        sent: z.enum(['all', 'part', 'none']),
      }),
    ),
    problems,
  }),
} satisfies Record<string, z.ZodType>

export type Documents = { [Name in keyof typeof schemas]: z.infer<(typeof schemas)[Name]> }

/** As JSON Schema, draft 2020-12. */
export const published = (name: keyof typeof schemas): object => ({
  ...z.toJSONSchema(schemas[name]),
  title: `runherald ${name}`,
})
