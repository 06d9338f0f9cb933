-- What a key was used for, and until when it is remembered.

ALTER TABLE idempotency ADD COLUMN says    text        NOT NULL DEFAULT '';
ALTER TABLE idempotency ADD COLUMN kept_at timestamptz NOT NULL DEFAULT clock_timestamp();

CREATE INDEX idempotency_kept ON idempotency (kept_at);

COMMENT ON COLUMN idempotency.says IS 'Digest of what was asked for; another one with the same key is refused. Empty matches anything.';
COMMENT ON COLUMN idempotency.kept_at IS 'When it was answered, on this server''s clock; a week later it is forgotten.';
