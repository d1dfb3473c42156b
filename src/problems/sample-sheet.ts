/** What can be wrong with a sheet a person dropped, or with one that lies in a run folder. */
export const sampleSheetProblems = {
  'sample-sheet.column-missing': {
    title: 'A required column is missing',
    fix: 'Add it to the header row and drop the sheet again.',
    severity: 'error',
  },
} as const
