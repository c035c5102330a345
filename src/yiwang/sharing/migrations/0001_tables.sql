CREATE SCHEMA sharing;

-- Whom government serves: a person or a firm, once. Read only with a purpose (service.subject).
-- placement: home
CREATE TABLE sharing.subject (
    home       int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id         uuid        NOT NULL,
    kind       text        NOT NULL CHECK (kind IN ('person', 'firm')),
    identifier text        NOT NULL,
    name       text        NOT NULL,
    phone      text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    CONSTRAINT subject_pkey PRIMARY KEY (home, id),
    CONSTRAINT subject_identifier_key UNIQUE (home, kind, identifier)
);

-- What a case needs from a department, and what came of asking. Never becomes «please bring it» (R38).
-- placement: home
CREATE TABLE sharing.request (
    home           int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter         uuid        NOT NULL,
    material       text        NOT NULL,
    subject        uuid        NOT NULL,
    item           text        NOT NULL,
    item_version   int         NOT NULL,
    line           text        NOT NULL,
    resource       text        NOT NULL,
    data_items     jsonb       NOT NULL,
    state          text        NOT NULL
        CHECK (state IN ('requested', 'fetched', 'confirmed', 'disputed', 'no_record', 'failed', 'dropped')),
    record         jsonb,
    record_version text        NOT NULL DEFAULT '',
    as_of          timestamptz,
    own            jsonb,
    reason         text        NOT NULL DEFAULT '',
    requested_by   text        NOT NULL,
    requested_for  text        NOT NULL,
    requested_at   timestamptz NOT NULL,
    settled_at     timestamptz,
    CONSTRAINT request_pkey PRIMARY KEY (home, matter, material),
    CONSTRAINT request_subject_fkey FOREIGN KEY (home, subject) REFERENCES sharing.subject (home, id)
);

-- Who read what about whom, for which case and on what basis. Shown to the person it is about.
-- placement: home append-only
CREATE TABLE sharing.access (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id           uuid        NOT NULL,
    subject      uuid        NOT NULL,
    matter       uuid,
    item         text        NOT NULL,
    material     text        NOT NULL,
    line         text        NOT NULL,
    data_items   jsonb       NOT NULL,
    person       text        NOT NULL,
    organisation text        NOT NULL,
    purpose      text        NOT NULL,
    outcome      text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT access_pkey PRIMARY KEY (home, id)
);
CREATE INDEX access_subject ON sharing.access (home, subject, at DESC);

-- E-licences, usable as material by every item from the moment they are issued.
-- placement: home
CREATE TABLE sharing.licence (
    home       int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id         uuid        NOT NULL,
    code       text        NOT NULL,
    name       text        NOT NULL,
    subject    uuid        NOT NULL,
    holder     text        NOT NULL,
    issuer     text        NOT NULL,
    issuer_name text       NOT NULL,
    matter     uuid,
    item       text        NOT NULL,
    state      text        NOT NULL CHECK (state IN ('valid', 'suspended', 'revoked', 'expired', 'superseded')),
    facts      jsonb       NOT NULL,
    issued_on  date        NOT NULL,
    valid_to   date,
    signature  bytea       NOT NULL,
    CONSTRAINT licence_pkey PRIMARY KEY (home, id),
    CONSTRAINT licence_code_key UNIQUE (home, code),
    CONSTRAINT licence_once UNIQUE (home, matter, issuer, name),
    CONSTRAINT licence_subject_fkey FOREIGN KEY (home, subject) REFERENCES sharing.subject (home, id)
);
CREATE INDEX licence_subject ON sharing.licence (home, subject);

-- Where the systems of an organisation want to hear of its cases.
-- placement: desk
CREATE TABLE sharing.webhook (
    desk       text        NOT NULL,
    id         uuid        NOT NULL,
    url        text        NOT NULL CHECK (length(url) <= 500),
    secret     text        NOT NULL,
    events     jsonb       NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT webhook_pkey PRIMARY KEY (desk, id)
);
