CREATE SCHEMA catalogue;

-- placement: reference
CREATE TABLE catalogue.item (
    code       text        NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT item_pkey PRIMARY KEY (code)
);

-- One version of an item, whole. Published ones never change; open cases keep theirs (R46).
-- placement: reference
CREATE TABLE catalogue.version (
    item           text        NOT NULL,
    version        int         NOT NULL CHECK (version > 0),
    state          text        NOT NULL CHECK (state IN ('editing', 'published', 'superseded', 'suspended', 'abolished')),
    effective_from date,
    body           jsonb       NOT NULL,
    digest         text        NOT NULL,
    edited_by      text        NOT NULL,
    published_by   text        NOT NULL DEFAULT '',
    published_at   timestamptz,
    CONSTRAINT version_pkey PRIMARY KEY (item, version),
    CONSTRAINT version_item_fkey FOREIGN KEY (item) REFERENCES catalogue.item (code),
    CONSTRAINT version_two_persons CHECK (published_by <> edited_by)
);
CREATE UNIQUE INDEX version_one_published ON catalogue.version (item) WHERE state = 'published';

-- A department's signature on its own view of one version's chart (R51).
-- placement: reference append-only
CREATE TABLE catalogue.signature (
    item         text        NOT NULL,
    version      int         NOT NULL,
    line         text        NOT NULL,
    view         text        NOT NULL CHECK (view ~ '^[0-9a-f]{64}$'),
    organisation text        NOT NULL,
    signer       text        NOT NULL,
    post         text        NOT NULL,
    signed_on    date        NOT NULL,
    CONSTRAINT signature_pkey PRIMARY KEY (item, version, line, view),
    CONSTRAINT signature_version_fkey FOREIGN KEY (item, version) REFERENCES catalogue.version (item, version)
);
