CREATE SCHEMA sample;
CREATE TABLE sample.event (
    run bigint NOT NULL,
    seq bigint NOT NULL,
    at bigint NOT NULL,
    generation bigint NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    chain bytea NOT NULL
);
CREATE TABLE sample.run (
    number bigint NOT NULL,
    id text NOT NULL,
    events bigint NOT NULL,
    unchained bigint DEFAULT 0 NOT NULL,
    origin bytea NOT NULL,
    head bytea NOT NULL,
    drivers bigint DEFAULT 0 NOT NULL,
    driver text,
    mark text
);
CREATE VIEW sample.attempt AS
 SELECT attempted.run,
    attempted.seq,
    to_timestamp((((attempted.at)::numeric / 1000.0))::double precision) AS at,
    attempted.generation,
    (attempted.body ->> 'stage'::text) AS stage,
    ((attempted.body ->> 'level'::text))::integer AS level,
    (attempted.body ->> 'task'::text) AS task,
    ((attempted.body ->> 'seed'::text))::bigint AS seed,
    (attempted.body ->> 'candidate'::text) AS candidate,
    ((attempted.body ->> 'tokens'::text))::bigint AS tokens,
    (attempted.body ->> 'outcome'::text) AS outcome,
    ((attempted.body ->> 'score'::text))::double precision AS score,
    (attempted.body ->> 'reason'::text) AS reason,
    (attempted.body -> 'critique'::text) AS critique
   FROM ( SELECT run.id AS run,
            event.seq,
            event.at,
            event.generation,
            (regexp_replace(replace(event.body, '\\'::text, '\u005c'::text), '\\u0000|\\u[Dd][89ABab]..(?!\\u[Dd][C-Fc-f])|(?<!\\u[Dd][89ABab]..)\\u[Dd][C-Fc-f]..'::text, '\\ufffd'::text, 'g'::text))::json AS body
           FROM (sample.event
             JOIN sample.run ON ((run.number = event.run)))
          WHERE (event.kind = 'attempted'::text)) attempted;
CREATE TABLE sample.schema_version (
    version bigint NOT NULL
);
CREATE TABLE sample.store_id (
    id text NOT NULL
);
COMMENT ON TABLE sample.schema_version IS 'rsi run store';
INSERT INTO sample.event VALUES (1, 1, 1767323045678, 0, 'run-started', '{"seed":-7,"anchor":"anchor","setting":{"budget":"3 generations"}}', '\x32767066d269248a514f6c87a69a339b295c1fbabad6266af529e9be1bbcc91c');
INSERT INTO sample.event VALUES (1, 2, 1767323045678, 1, 'faulted', '{"generation":1,"part":"listener","message":"46 ä\uD83D\uDE00 \u0000 half \uD83D"}', '\xa45e7afbc5883ecde96793e8bb999a5a42c0327be329b8567760edfe3d6051ea');
INSERT INTO sample.event VALUES (1, 3, 1767323045678, 1, 'promoted', '{"generation":1,"from":"anchor","to":"challenger"}', '\xf7569c54e74cd61e70e663bcd8090f7dc002b95f5ee2bbe7f598a6849fcbfcfb');
INSERT INTO sample.run VALUES (1, 'sample-1', 3, 0, '\xbe2ca941905fbb51882d311707e2eaaf215d6c47ee9f2f0f48606a8c9110b826', '\xf7569c54e74cd61e70e663bcd8090f7dc002b95f5ee2bbe7f598a6849fcbfcfb', 0, NULL, NULL);
INSERT INTO sample.schema_version VALUES (3);
INSERT INTO sample.schema_version VALUES (4);
INSERT INTO sample.store_id VALUES ('0123456789abcdef0123456789abcdef');
ALTER TABLE ONLY sample.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (run, seq);
ALTER TABLE ONLY sample.run
    ADD CONSTRAINT run_id_key UNIQUE (id);
ALTER TABLE ONLY sample.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (number);
ALTER TABLE ONLY sample.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
CREATE INDEX spending ON sample.event USING btree (run, seq) WHERE (kind = ANY (ARRAY['budget-moved'::text, 'run-finished'::text]));
ALTER TABLE ONLY sample.event
    ADD CONSTRAINT event_run_fkey FOREIGN KEY (run) REFERENCES sample.run(number);
