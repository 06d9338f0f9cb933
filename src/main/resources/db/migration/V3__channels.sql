-- Each channel's own progress through the outbox, so that a dead receiver holds back nobody else.
-- Times here are this server's clock.

ALTER TABLE outbox ADD COLUMN written_at timestamptz NOT NULL DEFAULT clock_timestamp();
ALTER TABLE outbox ADD CONSTRAINT outbox_cutover_seq UNIQUE (cutover, seq);

COMMENT ON TABLE outbox IS 'Announcements written with their events; removed when every channel has them.';
COMMENT ON COLUMN outbox.written_at IS 'When it was written, this server''s clock: what waits too long is given up.';

CREATE TABLE channel (
    name        text        PRIMARY KEY,
    address     text        NOT NULL,
    seen_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    owner       text        NOT NULL DEFAULT '',
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    failures    integer     NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT '-infinity',
    gone        boolean     NOT NULL DEFAULT false
);

COMMENT ON TABLE channel IS 'Where announcements go, as the nodes are configured, and which node is at it.';
COMMENT ON COLUMN channel.address IS 'SHA-256 of where it leads, to notice that a name was given to another receiver.';
COMMENT ON COLUMN channel.seen_at IS 'When a node last had it in its configuration.';
COMMENT ON COLUMN channel.owner IS 'The node that delivers; empty when it gave the channel back.';
COMMENT ON COLUMN channel.failures IS 'Tries in a row that did not get through.';
COMMENT ON COLUMN channel.next_try_at IS 'Nothing is sent before.';
COMMENT ON COLUMN channel.gone IS 'The receiver answered 410 Gone: nothing is sent until its address changes.';

CREATE TABLE delivery (
    channel     text        NOT NULL REFERENCES channel ON DELETE CASCADE,
    cutover     text        NOT NULL REFERENCES cutover,
    done_seq    bigint      NOT NULL DEFAULT 0,
    tries       integer     NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (channel, cutover)
);

COMMENT ON TABLE delivery IS 'How far a channel has come with one cutover; no row means not begun or nothing left.';
COMMENT ON COLUMN delivery.done_seq IS 'Announcements up to this sequence number are delivered.';
COMMENT ON COLUMN delivery.tries IS 'Failed tries of the next one.';
