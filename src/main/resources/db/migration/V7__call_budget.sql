-- What all nodes together may still ask of a provider with one token. Database time throughout.

CREATE TABLE call_budget (
    budget        text        PRIMARY KEY,
    calls_left    integer     NOT NULL,
    full_again_at timestamptz NOT NULL,
    blocked_until timestamptz NOT NULL
);

COMMENT ON TABLE call_budget IS 'Calls of the present window that no node has taken yet; budget names peer and token reference, never a token.';
