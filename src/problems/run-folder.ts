/** What can be wrong with a run folder and the files in it. */
export const runFolderProblems = {
  'run-folder.ids-disagree': {
    title: 'Two files of this run folder name different things for the same fact',
    fix: 'Find out which file belongs to this run, take the other one out of the folder, then run: runherald retry PATH',
    severity: 'error',
  },
} as const
