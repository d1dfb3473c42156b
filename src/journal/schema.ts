/**
 * The journal's tables, as the list of steps that lead from one version to the next.
 *
 * A step that was ever released never changes; a new one is added after it. What decides about a revision is one JSON
 * document, and the columns that are searched are derived from it by the database itself, so that they cannot disagree.
 */

/** "runh", so that a file of another program is told from ours. */
export const APPLICATION_ID = 0x72756e68

export const STEPS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE roots (root TEXT PRIMARY KEY, first_scan TEXT NOT NULL, last_scan TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE artifacts (
    path TEXT PRIMARY KEY, root TEXT NOT NULL, type TEXT NOT NULL, fingerprint TEXT NOT NULL, sha256 TEXT,
    status TEXT NOT NULL, reading TEXT NOT NULL, first_seen TEXT NOT NULL, changed TEXT NOT NULL
  ) STRICT;
  CREATE INDEX artifacts_by_root ON artifacts (root, status);

  -- What an artifact is called (a run's ids, the links and names in a sheet), in the form in which they are compared.
  CREATE TABLE names (
    role TEXT NOT NULL, value TEXT NOT NULL, path TEXT NOT NULL REFERENCES artifacts ON DELETE CASCADE,
    PRIMARY KEY (role, value, path)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX names_by_path ON names (path);

  CREATE TABLE registries (
    name TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT, detail TEXT, since TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE registrations (
    id TEXT PRIMARY KEY, registry TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, newest INTEGER NOT NULL,
    type TEXT NOT NULL AS (subject ->> '$.type'), name TEXT NOT NULL AS (subject ->> '$.name'),
    path TEXT AS (subject ->> '$.path')
  ) STRICT;
  CREATE INDEX registrations_by_name ON registrations (registry, type, name);
  CREATE INDEX registrations_by_path ON registrations (path);

  CREATE TABLE revisions (
    registration TEXT NOT NULL REFERENCES registrations, revision INTEGER NOT NULL,
    decided TEXT NOT NULL, submission TEXT NOT NULL,
    state TEXT NOT NULL AS (decided ->> '$.state'), reason TEXT AS (decided ->> '$.reason'),
    next_try TEXT AS (decided ->> '$.nextTry'), since TEXT NOT NULL AS (decided ->> '$.since'),
    withdrawn INTEGER NOT NULL AS (decided ->> '$.withdrawn'), on_wire INTEGER AS (decided ->> '$.onWire.attempt'),
    PRIMARY KEY (registration, revision)
  ) STRICT;
  CREATE INDEX revisions_by_state ON revisions (state, reason, next_try);
  CREATE INDEX revisions_on_wire ON revisions (on_wire) WHERE on_wire IS NOT NULL;

  CREATE TABLE attempts (
    registration TEXT NOT NULL, revision INTEGER NOT NULL, attempt INTEGER NOT NULL, purpose TEXT NOT NULL,
    url TEXT NOT NULL, body_hash TEXT NOT NULL, started TEXT NOT NULL,
    ended TEXT, outcome TEXT, answer TEXT, detail TEXT,
    PRIMARY KEY (registration, revision, attempt),
    FOREIGN KEY (registration, revision) REFERENCES revisions
  ) STRICT;

  -- A tube is claimed by one registration at a registry, and nobody else may send it there.
  CREATE TABLE claims (
    registry TEXT NOT NULL, claim TEXT NOT NULL, registration TEXT NOT NULL REFERENCES registrations,
    PRIMARY KEY (registry, claim)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_by_registration ON claims (registration);

  CREATE TABLE receipts (
    registration TEXT PRIMARY KEY REFERENCES registrations, receipt TEXT NOT NULL
  ) STRICT;

  CREATE TABLE events (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL,
    registration TEXT, revision INTEGER, registry TEXT, who TEXT, detail TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_registration ON events (registration, sequence);
  `,
  `
  -- What a page of the present state asks for, without a look at every row.
  CREATE INDEX revisions_standing ON revisions (state, since, registration, revision, reason, withdrawn);

  -- The last moment that a run's files tell of it, else when it was found.
  ALTER TABLE artifacts ADD COLUMN moment TEXT AS (coalesce(
    reading ->> '$.reading.run.end.instant', reading ->> '$.reading.run.end.local',
    reading ->> '$.reading.run.start.instant', reading ->> '$.reading.run.start.local', first_seen
  ));
  CREATE INDEX artifacts_by_moment ON artifacts (type, moment);
  `,
  'ALTER TABLE artifacts ADD COLUMN modified TEXT',
  `
  -- In which place the content of a sheet came. Until now the clock told.
  ALTER TABLE artifacts ADD COLUMN arrival INTEGER;
  UPDATE artifacts SET arrival = place FROM (
    SELECT path AS of, dense_rank() OVER (ORDER BY changed) AS place FROM artifacts WHERE type = 'sheet'
  ) WHERE path = of;
  CREATE INDEX artifacts_by_arrival ON artifacts (arrival);
  `,
  `
  -- Every transition writes the row of its revision anew; what that would send stays as it is, and lies beside it.
  CREATE TABLE submissions (
    registration TEXT NOT NULL, revision INTEGER NOT NULL, submission TEXT NOT NULL,
    PRIMARY KEY (registration, revision),
    FOREIGN KEY (registration, revision) REFERENCES revisions
  ) STRICT;
  INSERT INTO submissions SELECT registration, revision, submission FROM revisions;
  ALTER TABLE revisions DROP COLUMN submission;
  `,
]
