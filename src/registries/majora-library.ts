/** `library/add`: the call for a library whole, the same at the Majora of 2020-03-25 and of today. */
import * as z from 'zod'
import type { Mapped, RegistrySettings, Verdict } from '../handovers.ts'
import { type Problem, problem } from '../problems.ts'
import type { Biosample, Library } from '../record/library.ts'
import type { Result } from '../result.ts'
import { checkBody, repeated, text } from './check-body.ts'
import { freeText } from './defaults.ts'
import { type Envelope, judgeErrors, requestNote, sentence } from './majora-envelope.ts'
import {
  LAYOUT_CONFIGS,
  LIBRARY_SELECTIONS,
  LIBRARY_SOURCES,
  libraryDefaults,
  libraryMembers,
  majoraPlaces,
  majoraRequest,
  sourceMembers,
  token,
  username,
  wholeNumber,
} from './majora-fields.ts'
import { type Body, concluded, present } from './request-body.ts'

/** The most that Django takes in one request; beyond it answers 400 in HTML. */
const MAX_BODY_BYTES = 2_621_440

/** What differs between the two servers: the widths of their columns, and the strategies they know. */
type LibraryRules = {
  name: readonly [min: number, max: number]
  kitMax: number
  strategies: readonly string[]
}

/** `defaults` for all that the call takes of a library and its biosamples. */
export const libraryCallDefaults = ({ strategies, kitMax }: LibraryRules) => ({
  ...libraryDefaults(strategies, kitMax),
  library_primers: freeText(48).optional(),
  library_protocol: freeText(48).optional(),
})

/** The whole of a library as one request that fits `schema`, or every problem that forbids it. */
export function mapLibrary(
  library: Library,
  settings: RegistrySettings,
  schema: ReturnType<typeof libraryBody>,
): Result<Mapped, Problem[]> {
  const request = majoraRequest(settings, '/api/v2/artifact/library/add/', {
    ...present({
      ...libraryMembers(library, settings),
      library_layout_read_length: library.layoutReadLength,
      library_layout_insert_length: library.layoutInsertLength,
    }),
    biosamples: library.biosamples.map((one) => biosampleMembers(one, settings)),
  })
  return concluded(request, [
    ...checkBody(schema, request.body, majoraPlaces(settings, library)),
    ...repeatedSamples(library),
    ...oversize(library, request.body),
  ])
}

/** Biosamples that stand in the library more than once. */
export const repeatedSamples = ({ name, biosamples }: Library): Problem[] =>
  repeated(biosamples, ['central_sample_id', (one) => one.centralSampleId], `library ${name}`)

/**
 * What the answer to `library/add` means. The library itself is committed before its biosamples are looked at,
 * so an answer with errors can still have made it.
 *
 * `repeatable`: the recordings show that a repeat completes the library, so a missing biosample is only awaited.
 */
export function judgeLibrary(
  body: Body,
  envelope: Envelope,
  { repeatable }: { repeatable: boolean },
): Verdict {
  const name = String(body['library_name'])
  const made = envelope.made.find((one) => one.kind === 'Library' && one.name === name)
  const changed = envelope.changed.find((one) => one.kind === 'Library' && one.name === name)
  const library = made ?? changed
  const remoteIds = library === undefined ? {} : { library: library.id }
  if (envelope.success)
    return {
      is: 'accepted',
      adopted: made === undefined,
      remoteIds,
      samples: [...envelope.made, ...envelope.changed]
        .filter((one) => one.kind === 'Biosample')
        .map((one) => ({ sample: one.name, remoteId: one.id })),
      notes: [
        ...(made ? [] : ['The registry already had a library of this name and took it as it was sent.']),
        ...requestNote(envelope),
      ],
    }
  const missing = envelope.messages.find(isMissingBiosample)
  if (missing && (repeatable || made === undefined))
    return {
      is: 'try-later',
      because: 'prerequisite',
      detail: `a biosample is not registered there: ${envelope.ignored.join(', ') || sentence(missing)}`,
    }
  if (made)
    return {
      is: 'partial',
      committed: [`library ${name}`],
      missing: envelope.messages.map(sentence),
      remoteIds,
    }
  return judgeErrors(envelope, { repeatable })
}

const isMissingBiosample = (one: { field: string | null; code: string; text: string }): boolean =>
  (one.field === 'central_sample_id' && one.code === 'invalid_choice') ||
  (one.field === null && one.text.startsWith('At least one Biosample in your Library was not registered'))

const biosampleMembers = (biosample: Biosample, settings: RegistrySettings): Body =>
  present({
    central_sample_id: biosample.centralSampleId,
    ...sourceMembers(biosample, settings),
    barcode: biosample.barcode,
    library_primers: biosample.libraryPrimers ?? settings.defaults['library_primers'],
    library_protocol: biosample.libraryProtocol ?? settings.defaults['library_protocol'],
    sequencing_org_received_date: biosample.sequencingOrgReceivedDate,
  })

/** The request as the registry takes it. Making it costs more than a check: it is to be made once. */
export const libraryBody = ({ name, kitMax, strategies }: LibraryRules) =>
  z.strictObject({
    username,
    token,
    library_name: text(...name),
    library_layout_config: z.enum(LAYOUT_CONFIGS),
    library_seq_kit: text(1, kitMax),
    library_seq_protocol: text(1, kitMax),
    library_layout_read_length: wholeNumber.optional(),
    library_layout_insert_length: wholeNumber.optional(),
    biosamples: z
      .array(
        z.strictObject({
          central_sample_id: z.string(),
          library_source: z.enum(LIBRARY_SOURCES),
          library_selection: z.enum(LIBRARY_SELECTIONS),
          library_strategy: z.enum(strategies),
          barcode: text(1, 24).optional(),
          library_primers: text(1, 48).optional(),
          library_protocol: text(1, 48).optional(),
          sequencing_org_received_date: z
            .string()
            .regex(/^\d{4}-\d\d-\d\d$/, 'a date written YYYY-MM-DD')
            .optional(),
        }),
      )
      .min(1),
  })

/** A request that Django would answer with 400 in HTML, whatever stands in it. */
export function oversize(library: Library, body: Body): Problem[] {
  const bytes = Buffer.byteLength(JSON.stringify(body))
  if (bytes <= MAX_BODY_BYTES) return []
  const found = `library ${library.name} makes ${bytes} bytes, of ${MAX_BODY_BYTES}`
  return [problem('registry.request-too-large', found, { rows: library.rows })]
}
