/** A run as `sequencing/get/` shows it, with its libraries and their biosamples. */
import { isEmpty } from './majora-fields.ts'
import type { Run, Tables } from './majora-tables.ts'
import { isObject, type Json } from './python-json.ts'

export function structOf(run: Run, tables: Tables): Json {
  const { fields } = run
  return {
    run_name: run.name,
    run_group: fields['run_group'] ?? run.name,
    instrument_make: fields['instrument_make'] ?? null,
    instrument_model: fields['instrument_model'] ?? null,
    flowcell_type: fields['flowcell_type'] ?? '',
    flowcell_id: fields['flowcell_id'] ?? '',
    start_time: misprinted(fields['start_time']),
    end_time: misprinted(fields['end_time']),
    libraries: run.libraries.map((name) => libraryOf(name, tables)),
    sequencing_uuid: run.id,
    sequencing_org: 'Sandbox University',
    sequencing_org_code: 'BIRM',
    sequencing_submission_date: run.submitted,
  }
}

function libraryOf(name: string, tables: Tables): Json {
  const library = tables.library(name)
  const fields = library?.fields ?? {}
  return {
    library_name: library?.name ?? name,
    library_layout_config: fields['library_layout_config'] ?? null,
    layout_read_length: fields['library_layout_read_length'] ?? null,
    layout_insert_length: fields['library_layout_insert_length'] ?? null,
    library_seq_kit: fields['library_seq_kit'] ?? null,
    library_seq_protocol: fields['library_seq_protocol'] ?? null,
    metadata: fields['metadata'] ?? {},
    biosamples: [...(library?.biosamples.values() ?? [])].map(biosampleOf),
  }
}

function biosampleOf(biosample: Json): Json {
  const fields = isObject(biosample) ? biosample : {}
  return {
    central_sample_id: fields['central_sample_id'] ?? null,
    root_sample_id: null,
    sample_type_collected: null,
    sample_type_received: null,
    swab_site: null,
    published_as: '',
    metadata: {},
    metrics: {},
    root_biosample_source_id: null,
    library_strategy: fields['library_strategy'] ?? null,
    library_source: fields['library_source'] ?? null,
    library_selection: fields['library_selection'] ?? null,
    library_adaptor_barcode: isEmpty(fields['barcode']) ? null : (fields['barcode'] ?? null),
    library_protocol: fields['library_protocol'] ?? '',
    library_primers: fields['library_primers'] ?? '',
  }
}

/** The server prints `%H:%m`: the month where the minutes belong. */
const misprinted = (time: Json | undefined): Json =>
  typeof time === 'string' ? `${time.slice(0, 13)}:${time.slice(5, 7)}` : null
