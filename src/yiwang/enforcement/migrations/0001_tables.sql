CREATE SCHEMA enforcement;

-- Who approves supervises: each grant makes a duty at once (R33, R34).
-- placement: home
CREATE TABLE enforcement.duty (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    organisation text        NOT NULL,
    number       text        NOT NULL,
    item         text        NOT NULL,
    granted_by   text        NOT NULL,
    state        text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    created_at   timestamptz NOT NULL,
    CONSTRAINT duty_pkey PRIMARY KEY (home, matter, organisation)
);
CREATE INDEX duty_organisation ON enforcement.duty (organisation, created_at);
