/** Every way in which a history can go wrong: what the checks may say, and what some bug must make them say. */
export const FAULTS = [
  // When an attempt begins.
  'a paused registry was sent to',
  'a registry was asked that cannot be',
  'what may have arrived was sent again where a repeat doubles',
  'a byte left before it was recorded',
  'two attempts of one subject were on the wire',
  'two revisions of one subject were on the wire',
  // When a registry takes something.
  'something was registered twice',
  'an older revision came after a newer one',
  'a tube was registered in two batches',
  'a commit that no recorded attempt explains',
  // When an attempt has ended.
  'an outage did not pause its registry',
  'what was found there is not registered',
  'what was there before counts as corrected',
  'a run still waits for a library that is there',
  // What the journal says, at every moment.
  'the state and the wire say different things',
  'a person is not told why',
  'queued while in doubt',
  'refused, and the registry has it',
  'a grace without an end',
  'registered, and the registry has nothing of it',
  'registered, and the registry has something else',
  'registered without a receipt',
  // When all is calm, and nothing more will happen by itself.
  'a wake-up was forgotten, and only a sweep found it',
  'an outcome stays unknown',
  'a job is forgotten',
  'something is waited for that has come',
  'superseded, and nothing has taken its place',
  'a sheet was never planned',
  'what lies on the disk was overlooked',
  'what lies on the disk was never seen',
  'a library was lost',
  'a batch was lost',
  'a run was lost',
  'what was wanted last was forgotten',
  'a correction never arrived',
] as const
export type Fault = (typeof FAULTS)[number]
