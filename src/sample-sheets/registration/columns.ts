/** The columns of a registration sheet: their names, what each may hold, and what it is a fact of. */
import { InstrumentMake } from '../../record/run.ts'
import type { ReadColumn } from '../cells/columns.ts'
import { date, name, option, time, uuid, wholeNumber, words } from '../cells/values.ts'

/** No registry takes a longer name; some take less, which each says for itself. */
const NAME = name(96)
const WORDS = words(96)
/** Names that only serve to find the run. */
const LINK = name(255)

export const LIBRARY_COLUMNS = [
  'library_source',
  'library_selection',
  'library_strategy',
  'library_layout_config',
  'library_seq_kit',
  'library_seq_protocol',
  'library_sop_name',
  'library_sop_version',
  'library_layout_nominal_length',
  'library_layout_read_length',
  'library_layout_insert_length',
] as const

export const BIOSAMPLE_COLUMNS = [
  'barcode',
  'library_primers',
  'library_protocol',
  'sequencing_org_received_date',
] as const

/** In this order: the first that is filled links the row to its run. */
export const LINK_COLUMNS = ['run_name', 'sequencing_id', 'flowcell_id', 'experiment_name'] as const

export const RUN_COLUMNS = [
  'instrument_make',
  'instrument_model',
  'flowcell_type',
  'start_time',
  'end_time',
  'bioinfo_pipe_name',
  'bioinfo_pipe_version',
] as const

export type RegistrationColumn =
  | 'central_sample_id'
  | 'library_name'
  | (typeof LIBRARY_COLUMNS)[number]
  | (typeof BIOSAMPLE_COLUMNS)[number]
  | (typeof LINK_COLUMNS)[number]
  | (typeof RUN_COLUMNS)[number]

export const registrationColumns: ReadonlyArray<ReadColumn<RegistrationColumn>> = [
  {
    name: 'central_sample_id',
    alsoCalled: [
      'sample_id',
      'central_id',
      'sample',
      'biosample',
      'biosample_id',
      'coguk_id',
      'central_sample_name',
    ],
    required: true,
    filled: true,
    kind: NAME,
  },
  {
    name: 'library_name',
    alsoCalled: ['library', 'library_id', 'lib_name', 'lib'],
    required: true,
    filled: true,
    kind: NAME,
  },
  {
    name: 'library_source',
    kind: option(['GENOMIC', 'TRANSCRIPTOMIC', 'METAGENOMIC', 'METATRANSCRIPTOMIC', 'VIRAL_RNA', 'OTHER']),
  },
  { name: 'library_selection', kind: option(['RANDOM', 'PCR', 'RANDOM_PCR', 'OTHER']) },
  { name: 'library_strategy', kind: option(['WGA', 'WGS', 'AMPLICON', 'TARGETED_CAPTURE', 'OTHER']) },
  {
    name: 'library_layout_config',
    alsoCalled: ['library_layout'],
    kind: option(['SINGLE', 'PAIRED'], {
      pairedend: 'PAIRED',
      pairedends: 'PAIRED',
      pe: 'PAIRED',
      singleend: 'SINGLE',
      singleends: 'SINGLE',
      se: 'SINGLE',
    }),
  },
  { name: 'library_seq_kit', kind: WORDS },
  // The protocol's name lacks a letter in the document of 2020-03-24, and so in the sheets of its readers.
  { name: 'library_seq_protocol', aliases: ['library_seq_protocl'], kind: WORDS },
  { name: 'library_sop_name', kind: WORDS },
  { name: 'library_sop_version', kind: WORDS },
  { name: 'library_layout_nominal_length', kind: wholeNumber },
  { name: 'library_layout_read_length', kind: wholeNumber },
  { name: 'library_layout_insert_length', kind: wholeNumber },
  { name: 'barcode', kind: NAME },
  { name: 'library_primers', aliases: ['artic_primers'], kind: WORDS },
  { name: 'library_protocol', aliases: ['artic_protocol'], kind: WORDS },
  { name: 'sequencing_org_received_date', kind: date },
  { name: 'run_name', alsoCalled: ['run', 'run_id'], kind: LINK },
  { name: 'sequencing_id', kind: uuid },
  { name: 'flowcell_id', alsoCalled: ['flowcell', 'fcid'], kind: LINK },
  { name: 'experiment_name', alsoCalled: ['experiment', 'experiment_id'], kind: words(255) },
  {
    name: 'instrument_make',
    kind: option(InstrumentMake.options, {
      ont: 'OXFORD_NANOPORE',
      nanopore: 'OXFORD_NANOPORE',
      oxfordnanoporetechnologies: 'OXFORD_NANOPORE',
      pacbio: 'PACIFIC_BIOSCIENCES',
      pacificbioscience: 'PACIFIC_BIOSCIENCES',
      elementbiosciences: 'ELEMENT',
      ultimagenomics: 'ULTIMA',
      bgi: 'MGI',
      mgitech: 'MGI',
    }),
  },
  { name: 'instrument_model', kind: WORDS },
  { name: 'flowcell_type', kind: WORDS },
  { name: 'start_time', kind: time },
  { name: 'end_time', kind: time },
  { name: 'bioinfo_pipe_name', kind: WORDS },
  { name: 'bioinfo_pipe_version', kind: WORDS },
]
