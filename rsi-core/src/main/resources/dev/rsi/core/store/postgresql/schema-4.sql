-- Format 4: a store can be told from any other.

-- One row: a number drawn when the store was made, or brought to this format.
CREATE TABLE store_id (
  id TEXT NOT NULL
);
INSERT INTO store_id (id) SELECT md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text);

-- The process of the run's driver, as machine, pid and when it was started; for people, as the lock is the server's.
ALTER TABLE run ADD COLUMN mark TEXT;

-- What other runs of the store need to know of a run.
CREATE INDEX spending ON event (run, seq) WHERE kind IN ('budget-moved', 'run-finished');
