/** The fields every Majora knows: their options, their defaults in the configuration, and where they come from. */
import * as z from 'zod'
import type { RegistrySettings, Request } from '../handovers.ts'
import type { Biosample, Library } from '../record/library.ts'
import { type PlaceOf, text } from './check-body.ts'
import { freeText, option, orDefault } from './defaults.ts'
import { type Body, present } from './request-body.ts'

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

/** `defaults` for what every Majora wants of a library. */
export const libraryDefaults = <const Strategies extends readonly string[]>(
  strategies: Strategies,
  kitMax: number,
) => ({
  library_source: option(LIBRARY_SOURCES).optional(),
  library_selection: option(LIBRARY_SELECTIONS).optional(),
  library_strategy: option(strategies).optional(),
  library_layout_config: option(LAYOUT_CONFIGS).optional(),
  library_seq_kit: freeText(kitMax).optional(),
  library_seq_protocol: freeText(kitMax).optional(),
})

export const username = text(1, 150)
export const token = z.literal(['***', 'OAUTH'])
export const wholeNumber = z
  .number()
  .refine((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 31, 'a whole number')
export const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'a UUID')

/**
 * A call on behalf of the account, which Majora wants in the body. With OAuth2 the body must name an account and a
 * token all the same, of which nothing is read, and the header carries the access token.
 */
export function majoraRequest(
  settings: RegistrySettings,
  path: string,
  members: Body,
): Request & { body: Body } {
  if (settings.oauth)
    return {
      method: 'POST',
      path,
      headers: { Authorization: 'Bearer ***' },
      body: { username: settings.username ?? 'OAUTH', token: 'OAUTH', ...members },
      secrets: [{ in: 'header', name: 'Authorization', secret: 'bearer' }],
    }
  return {
    method: 'POST',
    path,
    body: { ...present({ username: settings.username }), token: '***', ...members },
    secrets: [{ in: 'body', name: 'token', secret: 'token' }],
  }
}

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
    if (field === 'username') return accountPlace(settings)
    const column = COLUMNS.get(field) ?? field
    if (RUN_FIELDS.has(field)) return { column, rows: [], ...adviceForRun(field) }
    const biosample = path[0] === 'biosamples' && typeof path[1] === 'number' ? path[1] : null
    const rows = (biosample === null ? library?.rows : library?.biosamples[biosample]?.rows) ?? []
    const mend = `Correct column ${column} in the sheet, and drop it again.`
    if (field === 'library_name')
      return { column, rows, give: NAME_LIBRARY, mend: `${mend} Without a sheet, correct map.libraryName.` }
    const give = NO_DEFAULT.has(field)
      ? `Fill in column ${column} of a registration sheet, and save it again.`
      : `Fill in column ${column} of a registration sheet, and save it again. ${orDefault(column, settings)}`
    return { column, rows, give, mend }
  }

/** Fields that are spelt otherwise than the column they are read from. */
const COLUMNS = new Map([
  ['biosamples', 'central_sample_id'],
  ['library_seq_protocl', 'library_seq_protocol'],
])

const RUN_FIELDS = new Set([
  'sequencing_id',
  'run_name',
  'instrument_model',
  'flowcell_id',
  'flowcell_type',
  'bioinfo_pipe_name',
  'bioinfo_pipe_version',
])

/** What differs from sample to sample can have no default. */
const NO_DEFAULT = new Set(['biosamples', 'central_sample_id', 'barcode', 'sequencing_org_received_date'])

const NAME_LIBRARY =
  'Name the library in column library_name of a sheet, or set map.libraryName of the registry.'

const accountPlace = ({ name }: RegistrySettings) => ({
  column: null,
  rows: [],
  give: `Set auth.username of registry ${name}.`,
  mend: `Correct auth.username of registry ${name}.`,
})

function adviceForRun(field: string): { give: string; mend: string } {
  if (field === 'instrument_model') {
    const places = 'in the sheet, or the model of this instrument under instruments in the configuration.'
    return {
      give: `Give column instrument_model ${places}`,
      mend: `Correct column instrument_model ${places}`,
    }
  }
  return {
    give: `The run folder does not tell it: give column ${field} in the sheet.`,
    mend: `It comes from the run folder. Where only a sheet tells it, correct column ${field} there.`,
  }
}
