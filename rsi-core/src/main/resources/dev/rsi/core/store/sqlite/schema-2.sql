-- Format 2: every event is chained to the one before it, so that RunStore.audit() finds what was changed afterwards.

-- SHA-256 over the chain of the event before it (the run's origin for the first), seq, at, generation, the length of
-- kind in bytes, kind and body: numbers as 8 bytes, the lowest first, text as UTF-8.
ALTER TABLE event ADD COLUMN chain BLOB NOT NULL DEFAULT x'';

-- How many of the run's events were there before chains were: theirs was made when the file was brought to format 2.
ALTER TABLE run ADD COLUMN unchained INTEGER NOT NULL DEFAULT 0;

-- SHA-256 over the origin of the run before it (32 bytes of 0 for the first), number, unchained and id.
ALTER TABLE run ADD COLUMN origin BLOB NOT NULL DEFAULT x'';

-- The chain of the run's last event, or its origin while it has none.
ALTER TABLE run ADD COLUMN head BLOB NOT NULL DEFAULT x'';
