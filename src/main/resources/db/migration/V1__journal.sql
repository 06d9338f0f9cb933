-- The journal, who drives what, and which names are taken. PostgreSQL >= 15.
--
-- Times called *_at are plan time, given by the program, except lease_until and signalled times:
-- leases run on this server's clock alone.

CREATE TABLE cutover (
    id           text        PRIMARY KEY,
    created      bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    plan_name    text        NOT NULL,
    number       integer     NOT NULL,
    seq          bigint      NOT NULL,
    phase        text        NOT NULL,
    live         boolean     NOT NULL,
    plan         json        NOT NULL,
    next_wake_at timestamptz NOT NULL,
    signals      bigint      NOT NULL DEFAULT 0,
    owner        text        NOT NULL DEFAULT '',
    epoch        bigint      NOT NULL DEFAULT 0,
    lease_until  timestamptz NOT NULL DEFAULT '-infinity',
    UNIQUE (plan_name, number)
) WITH (fillfactor = 70); -- leases are renewed in place every other second

CREATE INDEX cutover_live ON cutover (id) WHERE live;

COMMENT ON TABLE cutover IS 'One row per cutover: its lock, its lease, and what lists show. All but the lease follows from its events.';
COMMENT ON COLUMN cutover.id IS 'Plan name and number, such as acme-relaunch-3.';
COMMENT ON COLUMN cutover.created IS 'Order of creation, for lists.';
COMMENT ON COLUMN cutover.seq IS 'Sequence number of the last event.';
COMMENT ON COLUMN cutover.phase IS 'Phase as people read it, such as Switching(1/2).';
COMMENT ON COLUMN cutover.live IS 'False once its phase is final.';
COMMENT ON COLUMN cutover.plan IS 'The plan as it is now, a postponed window included.';
COMMENT ON COLUMN cutover.next_wake_at IS 'When its driver looks again at the latest, plan time.';
COMMENT ON COLUMN cutover.signals IS 'Counts requests; what a driver that missed a notification finds by looking.';
COMMENT ON COLUMN cutover.owner IS 'The node that drives it or drove it last; empty when nobody did or it was given back.';
COMMENT ON COLUMN cutover.epoch IS 'Grows with every claim; appends of an older one are refused.';
COMMENT ON COLUMN cutover.lease_until IS 'Until when the owner may drive, on this server''s clock.';

CREATE TABLE event (
    cutover text        NOT NULL REFERENCES cutover,
    seq     bigint      NOT NULL CHECK (seq > 0),
    at      timestamptz NOT NULL,
    by      text        NOT NULL,
    type    text        NOT NULL,
    v       integer     NOT NULL CHECK (v > 0),
    data    json        NOT NULL,
    PRIMARY KEY (cutover, seq)
);

COMMENT ON TABLE event IS 'The journal. Rows are only ever added.';
COMMENT ON COLUMN event.seq IS 'From 1, without gaps, per cutover.';
COMMENT ON COLUMN event.at IS 'Plan time, to the microsecond.';
COMMENT ON COLUMN event.by IS 'A person, or controller.';
COMMENT ON COLUMN event.type IS 'The event''s name; a node that does not know it leaves the cutover alone.';
COMMENT ON COLUMN event.v IS 'Version of data''s form.';
COMMENT ON COLUMN event.data IS 'The event''s fields, character by character as written: json, because jsonb refuses some text.';

CREATE TABLE plan_number (
    plan_name text    PRIMARY KEY,
    last      integer NOT NULL
);

COMMENT ON TABLE plan_number IS 'The last number given to a cutover of each plan name.';

CREATE TABLE name_claim (
    name    text PRIMARY KEY,
    cutover text NOT NULL REFERENCES cutover
);

CREATE INDEX name_claim_cutover ON name_claim (cutover);

COMMENT ON TABLE name_claim IS 'Zone names a live cutover changes; two live cutovers never share one.';

CREATE TABLE idempotency (
    scope        text        NOT NULL,
    key          text        NOT NULL,
    cutover      text        NOT NULL REFERENCES cutover,
    first_seq    bigint      NOT NULL,
    last_seq     bigint      NOT NULL,
    wake_at      timestamptz NOT NULL,
    refused_code text,
    refused_text text,
    PRIMARY KEY (scope, key)
);

COMMENT ON TABLE idempotency IS 'First answers by idempotency key, so that a repeat changes nothing.';
COMMENT ON COLUMN idempotency.scope IS 'The cutover a request was made of; empty for beginning one.';
COMMENT ON COLUMN idempotency.first_seq IS 'Sequence number before the answer''s events.';
COMMENT ON COLUMN idempotency.last_seq IS 'Sequence number of the answer''s last event; equal to first_seq when there was none.';
COMMENT ON COLUMN idempotency.refused_code IS 'Why it was refused; null when it was accepted.';

CREATE TABLE outbox (
    no      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id      text        NOT NULL UNIQUE,
    cutover text        NOT NULL REFERENCES cutover,
    seq     bigint      NOT NULL,
    at      timestamptz NOT NULL,
    code    text        NOT NULL,
    urgent  boolean     NOT NULL,
    text    text        NOT NULL,
    steps   text[]      NOT NULL
);

COMMENT ON TABLE outbox IS 'Announcements written with their events and not delivered yet; delivery removes the row.';
COMMENT ON COLUMN outbox.no IS 'Order of writing; per cutover the journal''s order.';
COMMENT ON COLUMN outbox.id IS 'Cutover and sequence number; the same for every repeat.';
