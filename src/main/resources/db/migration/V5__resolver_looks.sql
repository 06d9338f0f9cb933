-- What each resolver answered at the latest look. Plan time throughout.

CREATE TABLE resolver_look (
    cutover         text        PRIMARY KEY REFERENCES cutover,
    at              timestamptz NOT NULL,
    resolver        text[]      NOT NULL,
    on_next         integer[]   NOT NULL,
    on_old          integer[]   NOT NULL,
    other           integer[]   NOT NULL,
    failed          integer[]   NOT NULL,
    old_ttl_seconds bigint[]    NOT NULL,
    latency_nanos   bigint[]    NOT NULL
);

COMMENT ON TABLE resolver_look IS 'The latest look at the resolvers; entries at one position of the arrays are one resolver''s.';
COMMENT ON COLUMN resolver_look.old_ttl_seconds IS 'The longest life left to an answer that does not show the next side.';
