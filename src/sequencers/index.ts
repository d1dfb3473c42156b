/** Every make of sequencer we read, by the word `check` shows. A new make is a new folder and a new line here. */
import type { Sequencer } from './sequencer.ts'

export const sequencers = {} satisfies Record<string, Sequencer>
