/** What can be wrong with a path before anything in it is understood. */
export const pathProblems = {
  'path.absent': {
    title: 'There is nothing at this path',
    fix: 'Check the spelling, and that the drive it lies on is connected.',
  },
  'path.unreadable': {
    title: 'This cannot be read',
    fix: 'Check that the drive is connected and that runherald is permitted to read it. It is tried again by itself.',
  },
  'path.outside-root': {
    title: 'This is a link that leads out of the watched folder',
    fix: 'Copy the file or the folder itself here instead of a link to it.',
  },
  'path.not-a-file': {
    title: 'This is neither a folder nor a file',
    fix: 'Name a run folder or a sample sheet.',
  },
  'path.too-large': {
    title: 'This file is too large for a sample sheet',
    fix: 'Check that it is the right file. Sheets of up to 10 MB are read; split a larger one.',
  },
  'path.no-run-folder': {
    title: 'No make of sequencer that runherald reads writes a folder like this',
    fix: 'Name the run folder itself, not one above or below it. In an Illumina run folder lies RunInfo.xml; in one of Oxford Nanopore a sample_sheet_…, report_… or final_summary_… file; in one of PacBio a folder for each cell with its .metadata.xml; in one of Element RunParameters.json; in one of Ultima a file …_LibraryInfo.xml. A run that has just begun is recognised as soon as the instrument has written these.',
  },
  'path.beyond-limits': {
    title: 'This could not be read in the time or memory allowed for it',
    fix: 'Check that it is the right file or folder and that its drive is not overloaded, then run: runherald retry PATH',
  },
} as const
