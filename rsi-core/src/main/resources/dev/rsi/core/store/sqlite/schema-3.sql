-- Format 3: a run has one driver at a time.

-- How many drivers the run has had so far: one that finds more than when it came has lost the run to another.
ALTER TABLE run ADD COLUMN drivers INTEGER NOT NULL DEFAULT 0;

-- The last of them while it drives, or if it was killed: what counts is the lock on the file beside this one.
ALTER TABLE run ADD COLUMN driver TEXT;
