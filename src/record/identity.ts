/** Ids that stay the same for ever: of a run where its instrument gives none, and of each registration. */
import { hash } from 'node:crypto'
import type { RunFacts, RunRecord } from './run.ts'

/** Namespace of every id derived here. Printed in the README; changing it would double every registration. */
const NAMESPACE = Buffer.from('b0a1a3d6-5c1f-4c57-9a0e-6f1c53e0a2d7'.replaceAll('-', ''), 'hex')

/** UUID version 5 (RFC 9562, section 5.5) of `name` under {@link NAMESPACE}. */
export function uuid5(name: string): string {
  const bytes = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]), 'buffer').subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/**
 * The run's `sequencing_id`: the instrument's own UUID, else derived from make, instrument serial and run id,
 * joined by a newline (a serial nobody knows is the empty text).
 */
export function sequencingId(run: RunFacts): Pick<RunRecord, 'sequencingId' | 'sequencingIdSource'> {
  if (run.sequencingUuid !== null)
    return { sequencingId: run.sequencingUuid.toLowerCase(), sequencingIdSource: 'instrument' }
  const name = [run.instrumentMake, run.instrumentSerial ?? '', run.runId].join('\n')
  return { sequencingId: uuid5(name), sequencingIdSource: 'derived' }
}

/** The id of one subject's registration at one registry; the same in `check`, in the journal and in every restart. */
export const registrationId = (registry: string, subjectKey: string): string =>
  uuid5(`${registry}\n${subjectKey}`)
