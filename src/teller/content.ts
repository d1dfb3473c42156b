/** A library or a batch as its sheet's columns have it, in the shape in which registries take it. */
import type { Json } from '../handovers.ts'
import type { Batch, Library } from '../record/library.ts'

export const libraryContent = (library: Library): Json => ({
  library_layout_config: library.layoutConfig,
  library_seq_kit: library.seqKit,
  library_seq_protocol: library.seqProtocol,
  library_sop_name: library.sopName,
  library_sop_version: library.sopVersion,
  library_layout_nominal_length: library.layoutNominalLength,
  library_layout_read_length: library.layoutReadLength,
  library_layout_insert_length: library.layoutInsertLength,
  biosamples: library.biosamples.map((one) => ({
    central_sample_id: one.centralSampleId,
    library_source: one.librarySource,
    library_selection: one.librarySelection,
    library_strategy: one.libraryStrategy,
    barcode: one.barcode,
    library_primers: one.libraryPrimers,
    library_protocol: one.libraryProtocol,
    sequencing_org_received_date: one.sequencingOrgReceivedDate,
  })),
})

export const batchContent = (batch: Batch): Json => ({
  return_tracking_number: batch.returnTrackingNumbers.join('; '),
  samples: batch.tubes.map((one) => ({
    tube_barcode: one.tubeBarcode,
    specimen_type: one.specimenType,
    sequencing_depth: one.sequencingDepth,
  })),
})

/** The rows in which each biosample or tube stands. */
export const rowsOfSamples = (subject: Library | Batch): Map<string, number[]> =>
  new Map(
    'tubes' in subject
      ? subject.tubes.map((one) => [one.tubeBarcode, one.rows])
      : subject.biosamples.map((one) => [one.centralSampleId, one.rows]),
  )
