/** What can be wrong with the configuration: its file, the environment, the flags. */
export const configProblems = {
  'config.file-unreadable': {
    title: 'The configuration file cannot be read',
    fix: 'Check the path after --config (or in RUNHERALD_CONFIG) and that this user may read the file.',
  },
  'config.syntax': {
    title: 'The configuration file is not well-formed YAML',
    fix: 'Look at the line named here and the one above it: indentation, a missing colon or quote. Tabs do not count as indentation.',
  },
  'config.unknown-key': {
    title: 'The configuration has a key that means nothing here',
    fix: 'Correct its spelling or take it out. Every key is shown by: runherald config init',
  },
  'config.unknown-variable': {
    title: 'An environment variable looks like one of ours but is not',
    fix: 'Correct its spelling or unset it.',
  },
  'config.key-missing': {
    title: 'The configuration lacks a key that is required here',
    fix: 'Add it. An example of every key is shown by: runherald config init',
  },
  'config.wrong-type': {
    title: 'A value in the configuration is of the wrong sort',
    fix: 'Write the value as described.',
  },
  'config.value-unknown': {
    title: 'A value in the configuration is none of those possible here',
    fix: 'Write one of the values named.',
  },
  'config.out-of-range': {
    title: 'A value in the configuration is outside what is possible',
    fix: 'Write a value within the bounds named.',
  },
  'config.time-zone-unknown': {
    title: 'A time zone in the configuration is unknown',
    fix: 'Write the name of a place as the time zone database spells it, such as Europe/London or America/New_York.',
  },
  'config.url-unusable': {
    title: 'An address in the configuration cannot be used',
    fix: 'Write it as https://host or https://host/path: no user name, no password, no final slash.',
  },
  'config.duration-unreadable': {
    title: 'A length of time in the configuration cannot be read',
    fix: 'Write a number and its unit: 90s, 30m, 12h or 7d.',
  },
  'config.adopt-unreadable': {
    title: '`adopt` in the configuration cannot be read',
    fix: 'Write since:7d, since:2026-01-01, register or seen.',
  },
  'config.name-unusable': {
    title: "A registry's name in the configuration cannot be used",
    fix: 'Use letters, digits, dot, dash and underscore, beginning with a letter or digit, at most 63 in all.',
  },
  'config.name-repeated': {
    title: 'A name stands more than once where each must be different',
    fix: 'Give each of them its own name. Changing the name of a registry that was used before registers everything there anew.',
  },
  'config.secret-unreadable': {
    title: 'A file with a secret cannot be read',
    fix: 'Write the path of a file that holds nothing but the secret and that this user may read.',
  },
  'config.watch-unclear': {
    title: 'A watched folder is neither one of run folders nor one of sheets',
    fix: 'Give each entry of `watch` either `runs: FOLDER` or `sheets: FOLDER`.',
  },
  'config.folders-overlap': {
    title: 'Two folders of the configuration lie one in the other',
    fix: 'Watch folders that do not contain each other, and keep the state folder outside of them.',
  },
  'config.field-unknown': {
    title: '`map.libraryName` uses a field that runs do not have',
    fix: 'Use fields of `run` as `runherald check --json PATH` shows them, in braces: {experimentName}',
  },
  'config.library-name-in-vain': {
    title: '`map.libraryName` helps no run at this kind of registry',
    fix: 'Take it out: a run without a sheet then waits for one.',
    severity: 'warning',
  },
  'config.listen-unusable': {
    title: 'The address for the status page cannot be used',
    fix: 'Write an IP address and a port: 127.0.0.1:8734 or [::1]:8734',
  },
  'config.token-needed': {
    title: 'The status page would be open to the network without a token',
    fix: 'Add http.tokenFile with the path of a file that holds a long random text, or listen on 127.0.0.1.',
  },
  'config.mail-address-unusable': {
    title: 'A mail address in the configuration cannot be used',
    fix: 'Write it as name@host, without blanks or brackets; of several, each in an entry of its own.',
  },
  'config.mail-server-unusable': {
    title: 'The mail server in the configuration cannot be used',
    fix: 'Write it as smtp://host:587 or smtps://host:465; a user name and a password file go under `auth`.',
  },
  'config.notify-nobody': {
    title: '`notify` tells nobody',
    fix: 'Add notify.mail or notify.webhook, or take `notify` out.',
  },
  'config.journal-not-available': {
    title: 'This version keeps its journal in a file only',
    fix: 'Take out `journal`: the journal is then journal.sqlite in the state folder.',
  },
} as const
