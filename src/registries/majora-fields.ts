/** The fields every Majora knows: their options, their defaults in the configuration, and where they come from. */
import * as z from 'zod'
import type { Request } from '../handovers.ts'
import type { Biosample, Library } from '../record/library.ts'
import { type Body, type PlaceOf, present, text } from './check-body.ts'
import type { RegistrySettings } from './registry.ts'

export const LIBRARY_SOURCES = [
  'GENOMIC',
  'TRANSCRIPTOMIC',
  'METAGENOMIC',
  'METATRANSCRIPTOMIC',
  'VIRAL_RNA',
  'OTHER',
] as const
export const LIBRARY_SELECTIONS = ['RANDOM', 'PCR', 'RANDOM_PCR', 'OTHER'] as const
export const LIBRARY_STRATEGIES = ['WGA', 'WGS', 'AMPLICON', 'OTHER'] as const
export const LAYOUT_CONFIGS = ['SINGLE', 'PAIRED'] as const

/** `auth` with a token in the body: the account's name, and the file that holds its token. */
export const tokenAuth = z.strictObject({ username: text(1, 150), tokenFile: z.string().min(1) })

/** An option as an operator may write it (`viral rna`), turned into Majora's spelling. */
export const option = <const Options extends readonly string[]>(options: Options) =>
  z
    .string()
    .transform((written) => written.trim().toUpperCase().replaceAll(/[ -]+/g, '_'))
    .pipe(z.enum(options))

/** A text as an operator may write it in YAML, where a version such as `2` is a number. */
export const freeText = (max: number) =>
  z
    .union([z.string(), z.number()])
    .transform((written) => String(written).trim())
    .pipe(text(1, max))

/** The account as Majora wants it: in the body, with the token put in at the last moment. */
export const credentials = (settings: RegistrySettings): Body =>
  present({ username: settings.username, token: '***' })

export const username = text(1, 150)
export const token = z.literal('***')
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a UUID')

/** A call with the token in the body. */
export const majoraRequest = (path: string, body: Body): Request => ({
  method: 'POST',
  path,
  body,
  secrets: [{ in: 'body', name: 'token', secret: 'token' }],
})

/** The members of a library that concern it as a whole, the registry's defaults filled in. */
export const libraryMembers = (library: Library, { defaults }: RegistrySettings) => ({
  library_name: library.name,
  library_layout_config: library.layoutConfig ?? defaults['library_layout_config'],
  library_seq_kit: library.seqKit ?? defaults['library_seq_kit'],
  library_seq_protocol: library.seqProtocol ?? defaults['library_seq_protocol'],
})

/** What a library's biosamples are, as its sheet says of one, the registry's defaults filled in. */
export const sourceMembers = (biosample: Biosample, { defaults }: RegistrySettings) => ({
  library_source: biosample.librarySource ?? defaults['library_source'],
  library_selection: biosample.librarySelection ?? defaults['library_selection'],
  library_strategy: biosample.libraryStrategy ?? defaults['library_strategy'],
})

/** Where the members of a Majora request come from, for a subject with or without a library of its own. */
export const majoraPlaces =
  (settings: RegistrySettings, library: Library | null): PlaceOf =>
  (path) => {
    const field = String(path.findLast((step) => typeof step === 'string'))
    const column = field === 'library_seq_protocl' ? 'library_seq_protocol' : field
    if (field === 'username')
      return { column: null, rows: [], give: `Set auth.username of registry ${settings.name}.` }
    if (field === 'biosamples')
      return {
        column: 'central_sample_id',
        rows: library?.rows ?? [],
        give: giveInSheet('central_sample_id'),
      }
    const biosample = typeof path[1] === 'number' && path[0] === 'biosamples' ? path[1] : null
    const rows = (biosample === null ? library?.rows : library?.biosamples[biosample]?.rows) ?? []
    if (RUN_FIELDS.has(field)) return { column: field, rows: [], give: giveOfRun(field) }
    if (field === 'library_name')
      return {
        column,
        rows,
        give: `${giveInSheet(column)} A run without a sheet takes it from map.libraryName of registry ${settings.name}.`,
      }
    const give = NO_DEFAULT.has(field)
      ? giveInSheet(column)
      : `Give column ${column} in the sheet, or set defaults.${column} of registry ${settings.name}.`
    return { column, rows, give }
  }

const RUN_FIELDS = new Set([
  'sequencing_id',
  'run_name',
  'instrument_make',
  'instrument_model',
  'flowcell_id',
  'flowcell_type',
  'start_time',
  'end_time',
  'bioinfo_pipe_name',
  'bioinfo_pipe_version',
])

/** What differs from sample to sample can have no default. */
const NO_DEFAULT = new Set(['central_sample_id', 'barcode', 'sequencing_org_received_date'])

const giveInSheet = (column: string): string => `Give column ${column} in the sheet, and drop it again.`

function giveOfRun(field: string): string {
  if (field === 'instrument_model')
    return 'Give column instrument_model in the sheet, or the model of this instrument under instruments in the configuration.'
  return `It comes from the run folder; where that does not tell it, give column ${field} in the sheet.`
}
