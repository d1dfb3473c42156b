/** Every make of sequencer we read, by the word `check` shows. A new make is a new folder and a new line here. */
import { element } from './element/index.ts'
import { illumina } from './illumina/index.ts'
import { nanopore } from './nanopore/index.ts'
import { pacbio } from './pacbio/index.ts'
import type { Sequencer } from './sequencer.ts'
import { ultima } from './ultima/index.ts'

export const sequencers = { illumina, nanopore, pacbio, element, ultima } satisfies Record<string, Sequencer>
