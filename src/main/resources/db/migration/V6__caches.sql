-- What is known of every cache that was asked, for the forecast. Plan time throughout.

CREATE TABLE known_caches (
    cutover text PRIMARY KEY REFERENCES cutover,
    value   text NOT NULL
);

COMMENT ON TABLE known_caches IS 'The caches of each cutover as JSON; a look replaces what was known before.';
