CREATE SCHEMA intake;

-- One application: what the applicant said and chose. Its id is the case's id once it is handed in.
-- placement: home
CREATE TABLE intake.application (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id           uuid        NOT NULL,
    state        text        NOT NULL
        CHECK (state IN ('draft', 'submitted', 'correction', 'accepted', 'refused', 'withdrawn',
                         'acceptance_revoked', 'terminated', 'closed')),
    item         text        NOT NULL,
    item_version int         NOT NULL,
    item_name    text        NOT NULL,
    subject      uuid        NOT NULL,
    applicant    text        NOT NULL,
    agent        text        NOT NULL DEFAULT '',
    division     text        NOT NULL,
    receiving    text        NOT NULL,
    channel      text        NOT NULL CHECK (channel IN ('web', 'window', 'gateway')),
    window_code  text        NOT NULL DEFAULT '',
    answers      jsonb       NOT NULL,
    form         jsonb       NOT NULL,
    delivery     text        NOT NULL CHECK (delivery IN ('counter', 'courier', 'e_licence')),
    address      text        NOT NULL DEFAULT '',
    number       text        NOT NULL DEFAULT '',
    drafted_at   timestamptz NOT NULL,
    submitted_at timestamptz,
    CONSTRAINT application_pkey PRIMARY KEY (home, id)
);
CREATE INDEX application_subject ON intake.application (home, subject, drafted_at DESC);

-- A thing brought: paper seen at the window or a file uploaded. Only what is the applicant's own.
-- placement: home
CREATE TABLE intake.brought (
    home        int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    application uuid        NOT NULL,
    material    text        NOT NULL,
    how         text        NOT NULL CHECK (how IN ('paper', 'post', 'file', 'statement')),
    file        uuid,
    words       text        NOT NULL DEFAULT '',        -- of a statement
    checked     jsonb       NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT brought_pkey PRIMARY KEY (home, application, material),
    CONSTRAINT brought_application_fkey FOREIGN KEY (home, application) REFERENCES intake.application (home, id)
);

-- A written notice to the applicant: receipt, acceptance, correction, refusal, what is still to come, its end.
-- placement: home append-only
CREATE TABLE intake.notice (
    home        int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    application uuid        NOT NULL,
    id          uuid        NOT NULL,
    kind        text        NOT NULL CHECK (kind IN ('receipt', 'acceptance', 'correction', 'refusal', 'reminder',
                                                            'revocation', 'termination')),
    body        jsonb       NOT NULL,
    by_person   text        NOT NULL,
    by_organisation text    NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT notice_pkey PRIMARY KEY (home, application, id),
    CONSTRAINT notice_application_fkey FOREIGN KEY (home, application) REFERENCES intake.application (home, id)
);

-- Each time somebody had to come in person, and why (R01).
-- placement: home append-only
CREATE TABLE intake.visit (
    home        int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    application uuid        NOT NULL,
    seq         int         NOT NULL CHECK (seq > 0),
    reason      text        NOT NULL CHECK (reason IN ('apply', 'correct', 'supply', 'collect', 'verify')),
    place       text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT visit_pkey PRIMARY KEY (home, application, seq),
    CONSTRAINT visit_application_fkey FOREIGN KEY (home, application) REFERENCES intake.application (home, id)
);

-- How the result reached the applicant.
-- placement: home
CREATE TABLE intake.delivery (
    home        int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    application uuid        NOT NULL,
    way         text        NOT NULL CHECK (way IN ('counter', 'courier', 'e_licence')),
    tracking    text        NOT NULL DEFAULT '',
    recipient   text        NOT NULL DEFAULT '',
    by_person   text        NOT NULL,
    at          timestamptz NOT NULL,
    CONSTRAINT delivery_pkey PRIMARY KEY (home, application),
    CONSTRAINT delivery_application_fkey FOREIGN KEY (home, application) REFERENCES intake.application (home, id)
);
