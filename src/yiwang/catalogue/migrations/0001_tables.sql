CREATE SCHEMA catalogue;

-- placement: reference
CREATE TABLE catalogue.item (
    code       text        NOT NULL CHECK (length(code) BETWEEN 1 AND 64),
    name       text        NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT item_pkey PRIMARY KEY (code)
);

-- One version of an item, whole. It never changes: whoever corrects it makes the next one; open cases keep theirs (R46).
-- placement: reference append-only
CREATE TABLE catalogue.version (
    item      text        NOT NULL,
    version   int         NOT NULL CHECK (version > 0),
    body      jsonb       NOT NULL,
    digest    text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    edited_by text        NOT NULL CHECK (edited_by <> ''),
    CONSTRAINT version_pkey PRIMARY KEY (item, version),
    CONSTRAINT version_editor_key UNIQUE (item, version, edited_by),
    CONSTRAINT version_item_fkey FOREIGN KEY (item) REFERENCES catalogue.item (code)
);

-- A version put in force. Of those in force on a day the highest runs; the ones before it are superseded. The editor
-- stands here once more, tied to the version's, so that the table itself refuses one person for both (SOD10).
-- placement: reference append-only
CREATE TABLE catalogue.publication (
    item           text        NOT NULL,
    version        int         NOT NULL,
    effective_from date        NOT NULL,
    edited_by      text        NOT NULL,
    published_by   text        NOT NULL CHECK (published_by <> ''),
    published_at   timestamptz NOT NULL,
    CONSTRAINT publication_pkey PRIMARY KEY (item, version),
    CONSTRAINT publication_version_fkey FOREIGN KEY (item, version, edited_by)
        REFERENCES catalogue.version (item, version, edited_by),
    CONSTRAINT publication_two_persons CHECK (published_by <> edited_by)
);

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
