/** Every make of sequencer we read, by the word `check` shows. A new make is a new folder and a new line here. */
import { illumina } from './illumina/index.ts'
import { nanopore } from './nanopore/index.ts'
import type { Sequencer } from './sequencer.ts'

export const sequencers = { illumina, nanopore } satisfies Record<string, Sequencer>
