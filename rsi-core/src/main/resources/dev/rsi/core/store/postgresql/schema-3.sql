-- Format 3, the first on PostgreSQL. A change of it is a new file, schema-4.sql and so on: stores in this format exist.

CREATE TABLE schema_version (
  version BIGINT PRIMARY KEY
);

-- By this a schema is known as a run store.
COMMENT ON TABLE schema_version IS 'rsi run store';

-- Runs in the order of their numbers; events is how many each has, so that none goes missing unseen.
-- unchained is 0 here: it counts events of stores that are older than hashes.
-- origin is SHA-256 over the origin of the run before it (32 bytes of 0 for the first), number, unchained and id;
-- head is the chain of the run's last event, or its origin while it has none.
-- drivers is how many drivers the run has had so far: one that finds more than when it came has lost the run to another;
-- driver is the last of them while it drives, or if it was killed: what counts is the advisory lock that it holds.
CREATE TABLE run (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  events BIGINT NOT NULL,
  unchained BIGINT NOT NULL DEFAULT 0,
  origin BYTEA NOT NULL,
  head BYTEA NOT NULL,
  drivers BIGINT NOT NULL DEFAULT 0,
  driver TEXT
);

-- What happened in a run: seq counts from 1 without a gap, at is in milliseconds since 1970 (UTC),
-- kind says what the JSON in body tells; text, because jsonb would not give back the bytes that were hashed.
-- chain is SHA-256 over the chain of the event before it (the run's origin for the first), seq, at, generation, the
-- length of kind in bytes, kind and body: numbers as 8 bytes, the lowest first, text as UTF-8.
CREATE TABLE event (
  run BIGINT NOT NULL REFERENCES run (number),
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL,
  generation BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  chain BYTEA NOT NULL,
  PRIMARY KEY (run, seq)
);

-- For people with psql. What a model may say and text in PostgreSQL may not hold, NUL and half a surrogate pair, is
-- shown as U+FFFD.
CREATE VIEW attempt AS
SELECT
  run,
  seq,
  to_timestamp(at / 1000.0) AS at,
  generation,
  body ->> 'stage' AS stage,
  (body ->> 'level')::int AS level,
  body ->> 'task' AS task,
  (body ->> 'seed')::bigint AS seed,
  body ->> 'candidate' AS candidate,
  (body ->> 'tokens')::bigint AS tokens,
  body ->> 'outcome' AS outcome,
  (body ->> 'score')::double precision AS score,
  body ->> 'reason' AS reason,
  body -> 'critique' AS critique
FROM (
  SELECT
    run.id AS run,
    event.seq AS seq,
    event.at AS at,
    event.generation AS generation,
    -- Once the pairs of backslashes are gone, each that is left begins an escape.
    regexp_replace(
      replace(event.body, '\\', '\u005c'),
      '\\u0000|\\u[Dd][89ABab]..(?!\\u[Dd][C-Fc-f])|(?<!\\u[Dd][89ABab]..)\\u[Dd][C-Fc-f]..',
      '\\ufffd',
      'g')::json AS body
  FROM event JOIN run ON run.number = event.run
  WHERE event.kind = 'attempted'
) AS attempted;
