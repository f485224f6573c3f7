-- Format 4: a store can be told from any other, and from a process that reads its files.

-- One row: a number drawn when the store was made, or brought to this format. A copy of the file has the same.
-- The file -head beside this one has it too, and how many events each run has, with the hash of the last.
CREATE TABLE store_id (
  id TEXT NOT NULL
);
INSERT INTO store_id (id) VALUES (lower(hex(randomblob(16))));

-- The process of the run's driver, as machine, pid and when it was started: the lock on the file beside this one is given
-- up by whoever reads that file in the same process, this is not.
ALTER TABLE run ADD COLUMN mark TEXT;

-- What other runs of the store need to know of a run.
CREATE INDEX spending ON event (run, seq) WHERE kind IN ('budget-moved', 'run-finished');
