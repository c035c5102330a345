CREATE SCHEMA plumbing;

-- One act of one thread; chained by hash in Python under the lock of the row that owns the thread. `rows` vouches for the
-- rows that were written with it; what was written without an act has an entry beside the chain, numbered below zero.
-- placement: home append-only
CREATE TABLE plumbing.journal (
    home    int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    thread  uuid        NOT NULL,
    seq     int         NOT NULL CHECK (seq <> 0),
    at      timestamptz NOT NULL,
    entry   text        NOT NULL,
    hash    bytea       NOT NULL CHECK (octet_length(hash) = 32),
    rows    bytea       NOT NULL DEFAULT '',
    xact    xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT journal_pkey PRIMARY KEY (home, thread, seq)
);
CREATE INDEX journal_xact ON plumbing.journal (xact);

-- The entries of the journal in the order in which the worker sealed them: the leaves of one Merkle tree.
-- placement: local append-only
CREATE TABLE plumbing.leaf (
    n       bigint      NOT NULL CHECK (n >= 0),
    home    int         NOT NULL,
    thread  uuid        NOT NULL,
    seq     int         NOT NULL,
    hash    bytea       NOT NULL CHECK (octet_length(hash) = 32),
    CONSTRAINT leaf_pkey PRIMARY KEY (n),
    CONSTRAINT leaf_entry_key UNIQUE (home, thread, seq)
);

-- Roots of complete subtrees of 256 leaves, of 256 of these and so on, so that no proof reads the whole tree.
-- placement: local append-only
CREATE TABLE plumbing.node (
    level   int         NOT NULL CHECK (level > 0),
    n       bigint      NOT NULL CHECK (n >= 0),
    hash    bytea       NOT NULL CHECK (octet_length(hash) = 32),
    CONSTRAINT node_pkey PRIMARY KEY (level, n)
);

-- The signed heads of the tree. `horizon`: all that was written before this transaction is in it.
-- placement: local append-only
CREATE TABLE plumbing.head (
    size      bigint      NOT NULL CHECK (size > 0),
    root      bytea       NOT NULL CHECK (octet_length(root) = 32),
    at        timestamptz NOT NULL,
    key       bytea       NOT NULL CHECK (octet_length(key) = 32),
    signature bytea       NOT NULL CHECK (octet_length(signature) = 64),
    peaks     bytea       NOT NULL,
    horizon   xid8        NOT NULL,
    CONSTRAINT head_pkey PRIMARY KEY (size)
);

-- What each witness outside this database last said to a head.
-- placement: local
CREATE TABLE plumbing.witnessed (
    witness text        NOT NULL,
    size    bigint      NOT NULL,
    at      timestamptz NOT NULL,
    refusal text        NOT NULL,
    CONSTRAINT witnessed_pkey PRIMARY KEY (witness)
);

-- What is still to be done: an outbox row is a timer that is due now. Done rows go; failed ones stay in view.
-- placement: home
CREATE TABLE plumbing.outbox (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id           uuid        NOT NULL,
    lane         text        NOT NULL,
    kind         text        NOT NULL,
    key          text        NOT NULL DEFAULT '',
    payload      jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    attempts     int         NOT NULL DEFAULT 0,
    leased_until timestamptz,
    error        text        NOT NULL DEFAULT '',
    dead_at      timestamptz,
    CONSTRAINT outbox_pkey PRIMARY KEY (home, id)
);
CREATE INDEX outbox_due ON plumbing.outbox (lane, due_at) WHERE dead_at IS NULL;
CREATE INDEX outbox_key ON plumbing.outbox (home, kind, key) WHERE key <> '';
CREATE INDEX outbox_dead ON plumbing.outbox (dead_at) WHERE dead_at IS NOT NULL;

-- The answer given to an unsafe request, for the next one with the same key.
-- placement: local
CREATE TABLE plumbing.idempotency (
    actor      text        NOT NULL,
    key        text        NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    digest     bytea       NOT NULL,
    status     int         NOT NULL,
    answer     text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_created ON plumbing.idempotency (created_at);

-- A way to log in. `holder` is whoever the directory says it is; this table knows no government.
-- placement: local
CREATE TABLE plumbing.account (
    login      text        NOT NULL CHECK (login = lower(login) AND length(login) BETWEEN 3 AND 64),
    secret     text        NOT NULL,
    holder     text        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('staff', 'public', 'client')),
    disabled   boolean     NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL,
    CONSTRAINT account_pkey PRIMARY KEY (login)
);

-- Failed log-ins, counted before a password is hashed.
-- placement: local
CREATE TABLE plumbing.throttle (
    subject    text        NOT NULL,
    failures   int         NOT NULL,
    until      timestamptz NOT NULL,
    CONSTRAINT throttle_pkey PRIMARY KEY (subject)
);

-- placement: local
CREATE TABLE plumbing.session (
    id         bytea       NOT NULL CHECK (octet_length(id) = 32),
    login      text        NOT NULL DEFAULT '',
    data       jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT session_pkey PRIMARY KEY (id)
);
CREATE INDEX session_expires ON plumbing.session (expires_at);
CREATE INDEX session_login ON plumbing.session (login) WHERE login <> '';

-- When each worker was last seen.
-- placement: local
CREATE TABLE plumbing.heartbeat (
    worker     text        NOT NULL,
    seen_at    timestamptz NOT NULL,
    CONSTRAINT heartbeat_pkey PRIMARY KEY (worker)
);

-- Keys and settings of this installation: the key of the homes is made once and never changes.
-- placement: local
CREATE TABLE plumbing.setting (
    name       text        NOT NULL,
    value      text        NOT NULL,
    CONSTRAINT setting_pkey PRIMARY KEY (name)
);

-- Files by their content.
-- placement: home
CREATE TABLE plumbing.file (
    home       int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id         uuid        NOT NULL,
    digest     bytea       NOT NULL CHECK (octet_length(digest) = 32),
    name       text        NOT NULL,
    media_type text        NOT NULL,
    size       int         NOT NULL CHECK (size BETWEEN 0 AND 20971520),
    content    bytea       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT file_pkey PRIMARY KEY (home, id)
);

-- The State Council's notices of days off that were imported here, each over the calendar before it: never changed, so
-- that a date reckoned under any version can be reckoned again.
-- placement: reference append-only
CREATE TABLE plumbing.calendar (
    edition     int         NOT NULL CHECK (edition > 0),
    notice      text        NOT NULL CHECK (notice <> ''),
    years       int[]       NOT NULL,
    days        jsonb       NOT NULL,
    imported_by text        NOT NULL,
    imported_at timestamptz NOT NULL,
    CONSTRAINT calendar_pkey PRIMARY KEY (edition)
);
