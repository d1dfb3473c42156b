/** Why a record cannot be registered at a registry of some kind, found before anything is sent. */
export const registryProblems = {
  'registry.value-missing': {
    title: 'This registry requires a value that neither the run folder nor the sheet gives',
    fix: "Add the column to the sheet, or set it under the registry's `defaults`.",
  },
  'registry.option-unknown': {
    title: 'The value is not one of those this registry knows',
    fix: 'Write one of the values that the registry knows, and drop the sheet again.',
  },
  'registry.value-too-long': {
    title: 'The value is longer than this registry can store',
    fix: 'Shorten the value in the sheet, and drop it again.',
  },
  'registry.value-too-short': {
    title: 'The value is shorter than this registry allows',
    fix: 'Give a longer value in the sheet, and drop it again.',
  },
  'registry.value-malformed': {
    title: 'The value is not written the way this registry requires',
    fix: 'Correct the value in the sheet, and drop it again.',
  },
  'registry.value-repeated': {
    title: 'The same sample or tube is listed more than once',
    fix: 'Leave one row for each sample or tube, and drop the sheet again.',
  },
  'registry.tube-taken': {
    title: 'A tube stands in two batches, and can be shipped only once',
    fix: 'Look which batch the tube is really in, take it out of the other sheet, and drop that one again.',
  },
  'registry.values-differ': {
    title: 'This registry keeps one value for the whole library, and the sheet gives several',
    fix: 'Write the same value on every row of the library, or split it into libraries of one value each.',
  },
  'registry.value-left-out': {
    title: 'A value is not sent, because this registry takes it for other instruments only',
    fix: 'Nothing needs to be done. Clear the column to be rid of this notice.',
    severity: 'warning',
  },
  'registry.make-not-taken': {
    title: 'This registry does not take runs of this make of instrument',
    fix: "Leave the make out of the registry's `when`, or send the run to a registry that takes it.",
  },
  'registry.subject-not-taken': {
    title: 'This registry does not take this at all',
    fix: 'Register it at a registry of another kind.',
  },
  'registry.library-missing': {
    title: 'This registry takes a run only together with its library, and no sheet describes the library',
    fix: 'Drop a registration sheet that describes the library and names the run.',
  },
  'registry.request-too-large': {
    title: 'The registration is larger than this registry accepts in one call',
    fix: 'Split the library over several library names, and drop the sheet again.',
  },
  'registry.time-in-future': {
    title: 'A time of the run lies in the future',
    fix: 'Check the clock of the instrument and the time zone configured for it, then use `retry`.',
  },
  'registry.end-before-start': {
    title: 'The run ends before it starts',
    fix: 'Check the clock of the instrument, or correct start_time and end_time in the sheet.',
  },
  'registry.time-left-out': {
    title: 'A time of the run is not sent, because its time zone is not known',
    fix: 'Set `timeZone` for the instrument, the watched folder or the site in the configuration.',
    severity: 'warning',
  },
  'registry.end-time-left-out': {
    title: 'The end of the run is not sent, because it is known only from the age of a file',
    fix: 'Set `endTimeFromMtime: true` at the registry to send it, or give end_time in the sheet.',
    severity: 'warning',
  },
  'registry.name-changed': {
    title: 'The name is sent with other characters in place of those this registry refuses',
    fix: 'Nothing needs to be done. Look for the run under the changed name at the registry.',
    severity: 'warning',
  },
} as const
