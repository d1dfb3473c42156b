/** What can be wrong with a run folder and the files in it. */
export const runFolderProblems = {
  'run-folder.ids-disagree': {
    title: 'The files of this run folder name different things for the same fact',
    fix: 'Find out which file belongs to this run, take the other one out of the folder, then run: runherald retry PATH',
  },
  'run-folder.file-unreadable': {
    title: 'A file that tells about this run cannot be opened',
    fix: 'Check who may read it, and whether it is of a believable size. It is looked at again at the next sweep.',
    severity: 'warning',
  },
  'run-folder.run-failed': {
    title: 'The instrument says that this run failed',
    fix: 'Look at the run on the instrument. If it is to be registered all the same, run: runherald retry PATH',
    severity: 'warning',
  },
  'run-folder.reads-elsewhere': {
    title: 'The disk was full or away, so part of the reads lie in another folder',
    fix: 'Bring the files of the fall-back folder together with this run. The registration itself does not need them.',
    severity: 'warning',
  },
  'run-folder.file-broken': {
    title: 'A file that tells about this run is damaged',
    fix: 'Copy it again from the instrument. The run is looked at again as soon as the file changes.',
  },
  'run-folder.renamed': {
    title: 'This folder is not named after its run',
    fix: "Nothing, if it was renamed on purpose: the run keeps the instrument's id.",
    severity: 'warning',
  },
  'run-folder.run-stopped': {
    title: 'A person stopped this run on the instrument',
    fix: 'Nothing, if that was meant: it is registered with the reads it has.',
    severity: 'warning',
  },
  'run-folder.outcome-unknown': {
    title: 'The instrument says how this run ended in a word we do not know',
    fix: 'Look at the run on the instrument. If it is to be registered, run: runherald retry PATH',
    severity: 'warning',
  },
  'run-folder.fewer-cycles': {
    title: 'This run has fewer cycles than were planned, though the instrument calls it complete',
    fix: 'Look at the run on the instrument before using its reads.',
    severity: 'warning',
  },
  'run-folder.date-ambiguous': {
    title: 'The end of this run can be read with the month first or with the day first',
    fix: 'Compare it with the instrument. It is taken with the month first.',
    severity: 'warning',
  },
  'run-folder.time-unusable': {
    title: 'A time in this run folder cannot be right, so it is left out',
    fix: 'Check the clock of the instrument: 1970 is one that was never set. What is sent of this run has no such time.',
    severity: 'warning',
  },
  'run-folder.ends-before-start': {
    title: 'This run ends before it starts',
    fix: 'Check the clock of the instrument. Both times are kept as the instrument wrote them.',
    severity: 'warning',
  },
} as const
