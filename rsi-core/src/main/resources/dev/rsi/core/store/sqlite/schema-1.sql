-- Format 1. A change of it is a new file, schema-2.sql and so on: files in this format exist.

CREATE TABLE schema_version (
  version INTEGER PRIMARY KEY
);

-- Runs in the order of their numbers; events is how many each has, so that none goes missing unseen.
CREATE TABLE run (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  events INTEGER NOT NULL
);

-- What happened in a run: seq counts from 1 without a gap, at is in milliseconds since 1970 (UTC),
-- kind says what the JSON in body tells.
CREATE TABLE event (
  run INTEGER NOT NULL REFERENCES run (number),
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (run, seq)
);

-- For people with the sqlite3 tool.
CREATE VIEW attempt AS
SELECT
  run.id AS run,
  event.seq AS seq,
  strftime('%Y-%m-%dT%H:%M:%fZ', event.at / 1000.0, 'unixepoch') AS at,
  event.generation AS generation,
  json_extract(body, '$.stage') AS stage,
  json_extract(body, '$.level') AS level,
  json_extract(body, '$.task') AS task,
  json_extract(body, '$.seed') AS seed,
  json_extract(body, '$.candidate') AS candidate,
  json_extract(body, '$.tokens') AS tokens,
  json_extract(body, '$.outcome') AS outcome,
  json_extract(body, '$.score') AS score,
  json_extract(body, '$.reason') AS reason,
  json_extract(body, '$.critique') AS critique
FROM event JOIN run ON run.number = event.run
WHERE event.kind = 'attempted';
