-- Measurements that are too many for the journal, and the calls made. Plan time throughout.

CREATE TABLE sample_bucket (
    cutover      text        NOT NULL REFERENCES cutover,
    source       text        NOT NULL,
    starts_at    timestamptz NOT NULL,
    length_nanos bigint      NOT NULL CHECK (length_nanos > 0),
    ok           bigint      NOT NULL,
    failed       bigint      NOT NULL,
    PRIMARY KEY (cutover, source, starts_at)
);

COMMENT ON TABLE sample_bucket IS 'Requests of one short time, counted. A time without a row is no data.';
COMMENT ON COLUMN sample_bucket.source IS 'Who counted, such as probes.';

CREATE TABLE adoption (
    cutover text        NOT NULL REFERENCES cutover,
    at      timestamptz NOT NULL,
    on_next integer     NOT NULL,
    on_old  integer     NOT NULL,
    other   integer     NOT NULL,
    failed  integer     NOT NULL,
    PRIMARY KEY (cutover, at)
);

COMMENT ON TABLE adoption IS 'How many resolver answers showed which side, over time.';

CREATE TABLE provider_call (
    no         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cutover    text        NOT NULL,
    purpose    text        NOT NULL,
    peer       text        NOT NULL,
    method     text        NOT NULL,
    target     text        NOT NULL,
    at         timestamptz NOT NULL,
    took_nanos bigint      NOT NULL,
    outcome    text        NOT NULL,
    write      boolean     NOT NULL
);

CREATE INDEX provider_call_cutover ON provider_call (cutover, no);

COMMENT ON TABLE provider_call IS 'Every call to a provider or engine; no bodies, no credentials.';
COMMENT ON COLUMN provider_call.cutover IS 'Whose call; empty for work that belongs to none.';
COMMENT ON COLUMN provider_call.purpose IS 'The action''s id or the evidence''s name.';
COMMENT ON COLUMN provider_call.write IS 'Whether it meant to change something.';
