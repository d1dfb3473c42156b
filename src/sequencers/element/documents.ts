/** The two JSON files of an AVITI run folder that tell about the run: what was planned, and what became of it. */
import * as z from 'zod'
import { parseJson } from '../../formats/json.ts'
import { decodeText } from '../../formats/text.ts'
import type { RunFolder } from '../../handovers.ts'
import { type Problem, problem } from '../../problems.ts'

export const RUN_PARAMETERS = 'RunParameters.json'
export const RUN_UPLOADED = 'RunUploaded.json'

/** AVITI OS writes an empty text where it has nothing to say. */
const Text = z
  .string()
  .transform((text) => text.trim() || null)
  .refine((text) => text === null || text.length <= 255)
  .nullable()
  .catch(null)
const CycleCount = z.int().nonnegative().max(2000).nullable().catch(null)

/** RunParameters.json, FileVersion 4.0.0 (AVITI OS 2.5) and 5.0.0 (2.6), written when the run starts. */
export const RunParameters = z.object({
  RunName: Text,
  RunID: Text,
  RunType: Text,
  Side: Text,
  FlowcellID: Text,
  Date: Text,
  InstrumentName: Text,
  RunFolderName: Text,
  Cycles: z.object({ R1: CycleCount, R2: CycleCount, I1: CycleCount, I2: CycleCount }).nullable().catch(null),
  ReadOrder: Text,
  KitConfiguration: Text,
  PlatformVersion: Text,
  AnalysisLanes: Text,
  Consumables: z
    .object({ Flowcell: z.object({ SerialNumber: Text, PartNumber: Text }).nullable().catch(null) })
    .nullable()
    .catch(null),
})
export type RunParameters = z.infer<typeof RunParameters>

/** RunUploaded.json 1.0.0, the last file of all. */
export const RunUploaded = z.object({ instrument: Text, runID: Text, outcome: Text })
export type RunUploaded = z.infer<typeof RunUploaded>

/** `value` null: absent, or `half`, which is there, but not, or not yet, a whole JSON object. */
export type Document<T> = { value: T | null; half: boolean; problems: Problem[] }

export function openDocument<T>(
  folder: Pick<RunFolder, 'names' | 'read'>,
  file: string,
  schema: z.ZodType<T>,
): Document<T> {
  const bytes = folder.read(file, { maxBytes: 16 * 1024 * 1024 })
  if (!bytes.ok && bytes.error.why === 'absent') return { value: null, half: false, problems: [] }
  if (!bytes.ok) {
    const barred = problem('run-folder.file-unreadable', bytes.error.detail, { file })
    return { value: null, half: true, problems: [barred] }
  }
  const { success, data } = schema.safeParse(parseJson(decodeText(bytes.value).text))
  return { value: data ?? null, half: !success, problems: [] }
}
