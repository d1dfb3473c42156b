/** What can stand between a run or a sheet that was read well and its registration. */
export const planningProblems = {
  'run.same-id-differs': {
    title: 'The same run lies in two folders, and they tell different things of it',
    fix: 'Find out which folder is right and take the other one away, then: runherald retry PATH',
  },
  'run.test': {
    title: 'This is not a real run, so it is registered nowhere but at a sandbox',
    fix: 'Nothing needs to be done.',
    severity: 'warning',
  },
  'run.library-name-unknown': {
    title: "The run's library cannot be named, because the run folder does not tell what its name is made of",
    fix: 'Drop a sheet that names the library of this run, or change map.libraryName in the configuration.',
    severity: 'warning',
  },
  'run.make-not-taken': {
    title: 'This registry cannot take runs of this make of instrument',
    fix: "Take the make out of the registry's `when` in the configuration, or use a registry that takes it.",
  },
  'run.left-alone': {
    title:
      'This run had finished before its folder was watched, so it is left alone until somebody asks for it',
    fix: 'Ask the operator to take it up: runherald retry PATH, with the path of its run folder.',
    severity: 'warning',
  },
  'run.two-libraries': {
    title: 'This registry takes a run together with its one library, and the sheets put it into several',
    fix: 'Leave one library for this run, in every sheet named here. An earlier sheet counts until it is mended in its own place, as in needs-fixing: take the rows out there and save it.',
  },
  'run.sheet-disagrees': {
    title: 'The sheet and the run folder tell different things; what the run folder tells is sent',
    fix: 'Look which is right. If it is the run folder, nothing needs to be done.',
    severity: 'warning',
  },
  'sheet.samples-not-in-run': {
    title: 'Samples of this sheet are not in the sample sheet that lies in the run folder',
    fix: 'Check that this sheet names the right run, and how the samples are spelt. If the run is right and the other sheet only calls them otherwise, nothing needs to be done.',
    severity: 'warning',
  },
  'sheet.run-has-more': {
    title: 'The sample sheet in the run folder registers more than this sheet, and this sheet counts',
    fix: 'If that is to be registered too, add it to this sheet and save it. If not, nothing needs to be done.',
    severity: 'warning',
  },
  'sheet.barcode-differs-in-run': {
    title: 'A sample has another barcode in the sample sheet that lies in the run folder',
    fix: 'Find out which of the two it really has, and whether two samples were swapped. If this sheet is right, nothing needs to be done here; the run may have to be demultiplexed again.',
    severity: 'warning',
  },
  'sheet.run-ambiguous': {
    title: 'The sheet names a run in a way that fits several run folders',
    fix: 'Add the column run_name with the name of the run folder, and drop the sheet again.',
  },
  'sheet.nothing-to-register': {
    title: 'There is nothing in this sheet to register',
    fix: 'If it only tells the instrument or the demultiplexing what to do, nothing needs to be done. If its samples are to be registered, add a column Library_Name, or drop a registration sheet that names their library and run.',
    severity: 'warning',
  },
  'sheet.unwanted': {
    title: 'None of the registries that are set up takes this',
    fix: 'There is nothing to correct in the sheet. Ask the person who looks after runherald where it should go.',
  },
  'sheet.run-alike': {
    title:
      'The run that this sheet names has not come, but one of nearly that name is there, without a sheet',
    fix: 'If that is the run you mean, correct its name in the sheet and save it. If it is not, nothing needs to be done.',
    severity: 'warning',
  },
  'sheet.newer-counts': {
    title: 'A newer sheet says something else of this, and the newer one counts',
    fix: 'If the newer sheet is right, nothing needs to be done. If it is not, correct the newer one.',
    severity: 'warning',
  },
  'sheet.older-differs': {
    title: 'An older sheet says something else of this; this newer one counts',
    fix: 'If this sheet is right, nothing needs to be done.',
    severity: 'warning',
  },
  'sheet.amendment': {
    title: 'The sheet was changed after it was registered, and this registry takes no corrections',
    fix: 'The change was not sent. If it is right, ask the person who looks after runherald to have it corrected at the registry. If it is not, undo it in the sheet.',
    severity: 'warning',
  },
} as const
