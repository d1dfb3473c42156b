/** `simulate MAKE --into DIR`: a believable run folder with fresh ids, written as the instrument would. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { elementIds, elementRun } from './simulate/element.ts'
import { illuminaIds, illuminaRun } from './simulate/illumina.ts'
import { nanoporeIds, nanoporeRun } from './simulate/nanopore.ts'
import { pacbioIds, pacbioRun } from './simulate/pacbio.ts'
import { type RunTemplate, writeRun } from './simulate/run-template.ts'
import { ultimaIds, ultimaRun } from './simulate/ultima.ts'
import { EXIT, type Terminal, unknown } from './terminal.ts'

/** A run of each make that ends now, by the name of the make. */
export const makes: Record<string, (now: Date) => RunTemplate> = {
  illumina: (now) => illuminaRun(illuminaIds(now)),
  nanopore: (now) => nanoporeRun(nanoporeIds(now)),
  pacbio: (now) => pacbioRun(pacbioIds(now)),
  element: (now) => elementRun(elementIds(now)),
  ultima: (now) => ultimaRun(ultimaIds(now)),
}

/** Prints the path of the run folder once it is complete. */
export async function simulate(
  terminal: Terminal,
  make: string,
  { into, seconds }: { into: string; seconds: number },
): Promise<number> {
  const template = makes[make.toLowerCase()]
  if (template === undefined) throw unknown('make', make, Object.keys(makes))
  const run = template(new Date())
  terminal.say(`Writing ${run.folder} over ${seconds} s; its last file marks its end.`)
  const path = await writeRun(run, { into: resolve(into), seconds, marked: true, wait: sleep })
  terminal.out(path)
  return EXIT.fine
}
