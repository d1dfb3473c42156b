/** The configuration, key by key, with its defaults. */
import * as z from 'zod'
import { InstrumentMake, RunFacts } from '../record/run.ts'
import { registries } from '../registries/index.ts'
import { suggestion } from './suggest.ts'
import {
  Adopt,
  Duration,
  Folder,
  Listen,
  MailAddress,
  MailServer,
  RedisUrl,
  RegistryName,
  RegistryUrl,
  Seconds,
  SecretFile,
  TimeZone,
  template,
} from './values.ts'

const noneUnlessSet = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().default(null)

/** Everything but the two lists, whose entries differ by what they are. */
export const General = z.strictObject({
  site: z.strictObject({ name: z.string().default(''), timeZone: noneUnlessSet(TimeZone) }).prefault({}),
  state: Folder.default('/var/lib/runherald'),
  redis: noneUnlessSet(
    z.strictObject({
      url: RedisUrl,
      prefix: z.string().min(1).default('runherald'),
      passwordFile: noneUnlessSet(SecretFile),
    }),
  ),
  journal: noneUnlessSet(z.strictObject({ url: z.string() })),
  instruments: z
    .array(
      z.strictObject({
        serial: z.string().min(1),
        model: noneUnlessSet(z.string()),
        timeZone: noneUnlessSet(TimeZone),
      }),
    )
    .default([]),
  queue: z
    .strictObject({
      sweepSeconds: Seconds.default(60),
      lockSeconds: Seconds.default(60),
      stalledSeconds: Seconds.default(30),
    })
    .prefault({}),
  http: z
    .strictObject({ listen: Listen.default('127.0.0.1:8734'), tokenFile: noneUnlessSet(SecretFile) })
    .prefault({}),
  notify: noneUnlessSet(
    z.strictObject({
      everySeconds: Seconds.default(3600),
      link: noneUnlessSet(RegistryUrl),
      mail: noneUnlessSet(
        z.strictObject({
          server: MailServer,
          from: MailAddress,
          to: z.array(MailAddress).min(1),
          auth: noneUnlessSet(z.strictObject({ username: z.string().min(1), passwordFile: SecretFile })),
        }),
      ),
      webhook: noneUnlessSet(z.strictObject({ url: RegistryUrl, tokenFile: SecretFile })),
    }),
  ),
  log: z
    .strictObject({
      level: z.enum(['info', 'debug', 'warn', 'error']).default('info'),
      format: z.enum(['auto', 'json', 'logfmt', 'pretty']).default('auto'),
    })
    .prefault({}),
})
export type General = z.infer<typeof General>

const watched = {
  sweepSeconds: Seconds.default(60),
  events: z.enum(['auto', 'on', 'off']).default('auto'),
  ignore: z.array(z.string().min(1)).default([]),
}

/** A folder of run folders. `settleSeconds` null: 2, or 30 on a network file system. */
export const RunsRoot = z
  .strictObject({
    runs: Folder,
    depth: z.int().min(1).max(10).default(1),
    timeZone: noneUnlessSet(TimeZone),
    ...watched,
    adopt: Adopt.prefault('since:7d'),
    settleSeconds: noneUnlessSet(Seconds),
    stalledAfter: Duration.prefault('7d'),
  })
  .transform(({ stalledAfter, ...others }) => ({ ...others, stalledAfterSeconds: stalledAfter }))
export type RunsRoot = z.infer<typeof RunsRoot>

export const SheetsRoot = z.strictObject({
  sheets: Folder,
  ...watched,
  settleSeconds: Seconds.default(10),
  runsFrom: z.enum(['folder', 'sheet']).default('folder'),
  finished: z.enum(['move', 'keep']).default('move'),
})
export type SheetsRoot = z.infer<typeof SheetsRoot>

/** Fields of a run that are one word or number each. */
const FIELDS = [...Object.keys(RunFacts.shape), 'sequencingId', 'sequencingIdSource'].filter(
  (field) => !['start', 'end', 'cells', 'sheet', 'sequencingUuid', 'fullyCopied'].includes(field),
)

const unknownField = (field: string): string => {
  const near = suggestion(field, FIELDS)
  return near === null
    ? `there is no field {${field}}`
    : `there is no field {${field}}; did you mean {${near}}?`
}

/**
 * One registry, but for `auth` and `defaults`, which each kind defines for itself, as it does what `graceSeconds` is
 * where nobody set it. `when` null: everything the kind can take.
 */
export const RegistryEntry = z.strictObject({
  name: RegistryName,
  kind: z.enum(Object.keys(registries)),
  url: RegistryUrl,
  auth: z.unknown().optional(),
  when: noneUnlessSet(z.strictObject({ make: z.array(InstrumentMake).optional() })),
  map: z.strictObject({ libraryName: noneUnlessSet(template(FIELDS, unknownField)) }).prefault({}),
  defaults: z.unknown().optional(),
  graceSeconds: noneUnlessSet(Seconds),
  endTimeFromMtime: z.boolean().default(false),
  limits: z
    .strictObject({
      concurrency: z.int().min(1).default(1),
      perSecond: z.number().positive().default(4),
      timeoutSeconds: Seconds.default(60),
    })
    .prefault({}),
})

/** The members of `auth` of any kind; which of them an operator must set is the kind's own matter. */
export const Auth = z.looseObject({
  username: noneUnlessSet(z.string()),
  tokenFile: noneUnlessSet(SecretFile),
  oauth: noneUnlessSet(
    z.looseObject({ clientIdFile: SecretFile, clientSecretFile: SecretFile, refreshTokenFile: SecretFile }),
  ),
})
export type Auth = z.infer<typeof Auth>

export type RegistryConfig = Omit<z.infer<typeof RegistryEntry>, 'auth' | 'defaults' | 'graceSeconds'> & {
  auth: Auth
  defaults: Record<string, string>
  graceSeconds: number
}

/** All paths are absolute. `embedded`: no configuration was given, and the demonstration's stands in. */
export type Config = General & {
  watch: Array<RunsRoot | SheetsRoot>
  registries: RegistryConfig[]
  timeScale: number
  embedded: boolean
}
