-- Who is signed in to the pages, for every node of this database. Times are this server's clock.

CREATE TABLE sign_in (
    digest  text        PRIMARY KEY,
    kind    text        NOT NULL CHECK (kind IN ('session', 'code')),
    key     text        NOT NULL,
    ends_at timestamptz NOT NULL
);

CREATE INDEX sign_in_of_key ON sign_in (key, kind, ends_at);

COMMENT ON TABLE sign_in IS 'Sessions of browsers, and codes that open one; never exported. A copy of it opens nothing.';
COMMENT ON COLUMN sign_in.digest IS 'SHA-256 of the cookie or code, which are kept nowhere.';
COMMENT ON COLUMN sign_in.key IS 'SHA-256 of the API key it was opened with, as in the keys file: without that line it is worth nothing.';
