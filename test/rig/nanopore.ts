/** Oxford Nanopore run folders with ids of their own, made of a fixture as MinKNOW would have named everything in them. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A GridION of 2019, so of the time of the documents. */
const NAME = '20191128_1015_GA20007_FAK90118_f8ca78c9'
const GRIDION = fileURLToPath(new URL(`../../fixtures/runs/nanopore/${NAME}`, import.meta.url))
const OWN = {
  name: NAME,
  uuid: 'f8ca78c9-bf79-44da-b6f0-ee495c14e12c',
  flowcellId: 'FAK90118',
  start: '2019-11-28T10:18:24',
  end: '2019-11-30T10:18:37',
}

export type GridIonRun = {
  uuid: string
  flowcellId: string
  /** To the second, in UTC: `2020-03-22T10:00:00`. */
  start: string
  end: string
}

/** The run folder's own name; its first part is the minute in which the start button was pressed. */
export const gridIonName = ({ uuid, flowcellId, start }: GridIonRun): string =>
  `${start.slice(0, 10).replaceAll('-', '')}_${start.slice(11, 16).replace(':', '')}_GA20007_${flowcellId}_${uuid.slice(0, 8)}`

/**
 * Writes a finished run below `root`, in folders of its group and sample, its final summary last. Without its report
 * the folder does not tell the type of the flow cell.
 */
export async function writeGridIonRun(
  root: string,
  run: GridIonRun,
  { report = true }: { report?: boolean } = {},
): Promise<string> {
  const folder = join(root, '41', 'DN_0041_B1', gridIonName(run))
  await mkdir(join(folder, 'fastq_pass'), { recursive: true })
  const files = (await readdir(GRIDION)).filter((file) => /\.(txt|csv|md)$/.test(file))
  const wanted = files.filter((file) => report || file !== 'report.md')
  for (const file of [...wanted.filter((one) => one !== FINAL_SUMMARY), FINAL_SUMMARY])
    await writeFile(
      join(folder, file.replaceAll(OWN.flowcellId, run.flowcellId)),
      await renamed(join(GRIDION, file), run),
    )
  return folder
}

const FINAL_SUMMARY = 'final_summary.txt'

/** Fractions and offsets stay as they stand in the fixture. */
async function renamed(file: string, run: GridIonRun): Promise<string> {
  const text = await readFile(file, 'utf8')
  return text
    .replaceAll(OWN.name, gridIonName(run))
    .replaceAll(OWN.uuid, run.uuid)
    .replaceAll(OWN.flowcellId, run.flowcellId)
    .replaceAll(OWN.start, run.start)
    .replaceAll(OWN.end, run.end)
}
