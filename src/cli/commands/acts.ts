/** What a person decides, and the journal as a whole. */
import { asJson, type Declare, elsewhere, maySayThree } from './declare.ts'

export const acts = [retry, resolve, pause, resume, backup, restore]

function retry({ terminal, add, does }: Declare): void {
  const command = add(
    'retry [ids-or-paths...]',
    'Queues again after something was mended; a path takes up a run that was left alone',
    [
      'retry 5e2f0b7c-0c1d-5a43-9d0e-2f6a8f1c7b11',
      'retry /data/illumina/200303_A00562_0352_AHKFVLDRXX',
      'retry --refused',
    ],
    elsewhere,
    asJson,
    maySayThree,
  )
    .option('--refused', 'all that were refused')
    .option('--held', 'all that wait for a person')
  does(command, async (options, targets: string[]) =>
    (await import('../retry.ts')).retry(terminal, targets, options),
  )
}

function resolve({ terminal, add, does }: Declare): void {
  const command = add(
    'resolve <id>',
    'Your verdict on a registration that needs attention',
    [
      'resolve 5e2f0b7c --registered MAJORA-0042',
      'resolve 5e2f0b7c --resend',
      'resolve 5e2f0b7c --abandon --reason "run repeated"',
    ],
    elsewhere,
    asJson,
    maySayThree,
  )
    .option('--registered [remote-id]', 'it is there: note it as registered')
    .option('--resend', 'it is not there: send it again')
    .option('--abandon', 'give it up')
    .option('--reason <text>', 'why, for the record')
  does(command, async (options, id: string) => (await import('../resolve.ts')).resolve(terminal, id, options))
}

function pause({ terminal, add, does }: Declare): void {
  const command = add(
    'pause <registry>',
    'Holds one registry: nothing is sent to it',
    ['pause climb'],
    elsewhere,
  ).option('--reason <text>', 'why, for the record')
  does(command, async (options, name: string) => (await import('../pause.ts')).pause(terminal, name, options))
}

function resume({ terminal, add, does }: Declare): void {
  const command = add('resume <registry>', 'Releases a registry that was held', ['resume climb'], elsewhere)
  does(command, async (options, name: string) =>
    (await import('../pause.ts')).resume(terminal, name, options),
  )
}

function backup({ terminal, add, does }: Declare): void {
  const command = add(
    'backup <file>',
    'Copies the journal, consistent while the daemon runs',
    ['backup /backup/runherald.sqlite'],
    elsewhere,
  )
  does(command, async (options, file: string) =>
    (await import('../backup.ts')).backup(terminal, file, options),
  )
}

function restore({ terminal, add, does }: Declare): void {
  const command = add(
    'restore <file>',
    'Puts a copy of the journal in place; the daemon must be stopped',
    ['restore /backup/runherald.sqlite'],
    elsewhere,
  )
  does(command, async (options, file: string) =>
    (await import('../backup.ts')).restore(terminal, file, options),
  )
}
