/** What can be wrong with the configuration file. */
export const configProblems = {
  'config.unknown-key': {
    title: 'The configuration has a key that means nothing here',
    fix: 'Correct its spelling or take it out.',
    severity: 'error',
  },
} as const
