CREATE SCHEMA handling;

-- What an officer said in a step: review, reply to a consultation. Words stay out of the journal, their digest is in it.
-- placement: home append-only
CREATE TABLE handling.opinion (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    step         text        NOT NULL,
    step_kind    text        NOT NULL,
    organisation text        NOT NULL,
    person       text        NOT NULL,
    outcome      text        NOT NULL,
    words        text        NOT NULL,
    conditions   text        NOT NULL DEFAULT '',
    at           timestamptz NOT NULL,
    CONSTRAINT opinion_pkey PRIMARY KEY (home, matter, id)
);

-- An opinion that its author took back while nobody had taken it up: it stays on file and no longer counts.
-- placement: home append-only
CREATE TABLE handling.opinion_taken_back (
    home    int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter  uuid        NOT NULL,
    opinion uuid        NOT NULL,
    at      timestamptz NOT NULL,
    CONSTRAINT opinion_taken_back_pkey PRIMARY KEY (home, matter, opinion),
    CONSTRAINT opinion_taken_back_fkey FOREIGN KEY (home, matter, opinion)
        REFERENCES handling.opinion (home, matter, id)
);

-- A department's decision, in its own name (R30).
-- placement: home append-only
CREATE TABLE handling.decision (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    organisation text        NOT NULL,
    id           uuid        NOT NULL,
    step         text        NOT NULL,
    person       text        NOT NULL,
    outcome      text        NOT NULL CHECK (outcome IN ('grant', 'refuse')),
    reasons      text        NOT NULL,
    remedies     text        NOT NULL DEFAULT '',
    conditions   text        NOT NULL DEFAULT '',
    at           timestamptz NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (home, matter, organisation),
    CONSTRAINT decision_refusal_has_reasons CHECK (outcome = 'grant' OR (reasons <> '' AND remedies <> ''))
);

-- The written notice that stops a clock: ground, days needed, number (行政许可法 45).
-- placement: home append-only
CREATE TABLE handling.special_notice (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    step         text        NOT NULL,
    ground       text        NOT NULL,
    days_needed  int         NOT NULL CHECK (days_needed BETWEEN 1 AND 365),
    number       text        NOT NULL,
    organisation text        NOT NULL,
    person       text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT special_notice_pkey PRIMARY KEY (home, matter, id)
);

-- A question beside the flow: guidance asked of the superior department (R32), an extension asked of the head.
-- placement: home append-only
CREATE TABLE handling.inquiry (
    home     int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter   uuid        NOT NULL,
    id       uuid        NOT NULL,
    kind     text        NOT NULL CHECK (kind IN ('guidance', 'extension', 'referral')),
    step     text        NOT NULL,
    asker    text        NOT NULL,
    desk     text        NOT NULL,
    question text        NOT NULL,
    person   text        NOT NULL,
    at       timestamptz NOT NULL,
    CONSTRAINT inquiry_pkey PRIMARY KEY (home, matter, id)
);

-- What was answered to it.
-- placement: home append-only
CREATE TABLE handling.inquiry_answer (
    home    int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter  uuid        NOT NULL,
    id      uuid        NOT NULL,
    outcome text        NOT NULL CHECK (
        outcome IN ('answered', 'approved', 'declined', 'agree', 'disagree', 'conditional', 'no_competence')),
    words   text        NOT NULL,
    person  text        NOT NULL,
    at      timestamptz NOT NULL,
    CONSTRAINT inquiry_answer_pkey PRIMARY KEY (home, matter, id),
    CONSTRAINT inquiry_answer_fkey FOREIGN KEY (home, matter, id) REFERENCES handling.inquiry (home, matter, id)
);

-- The library that experts are drawn from.
-- placement: reference
CREATE TABLE handling.expert (
    code         text NOT NULL,
    name         text NOT NULL,
    speciality   text NOT NULL,
    organisation text NOT NULL,
    active_from  date NOT NULL,
    active_to    date,
    CONSTRAINT expert_pkey PRIMARY KEY (code)
);

-- A draw of experts, with the library it was made from; what proves it stands in the journal.
-- placement: home append-only
CREATE TABLE handling.draw (
    home       int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter     uuid        NOT NULL,
    step       text        NOT NULL,
    round      int         NOT NULL CHECK (round > 0),
    speciality text        NOT NULL,
    library    text        NOT NULL,
    excluded   jsonb       NOT NULL,
    members    jsonb       NOT NULL,
    seed       text        NOT NULL,
    person     text        NOT NULL,
    at         timestamptz NOT NULL,
    CONSTRAINT draw_pkey PRIMARY KEY (home, matter, step, round)
);

-- A document that a department issued in a case: its one text, signed; the digest stands in the journal too.
-- placement: home append-only
CREATE TABLE handling.document (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('grant', 'refusal', 'special', 'extension', 'revocation')),
    step         text        NOT NULL DEFAULT '',
    organisation text        NOT NULL,
    person       text        NOT NULL,
    number       text        NOT NULL,
    code         text        NOT NULL,
    body         text        NOT NULL,
    digest       text        NOT NULL,
    signature    bytea       NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT document_pkey PRIMARY KEY (home, matter, id),
    CONSTRAINT document_code UNIQUE (home, code)
);

-- The serial of an organisation's documents, by year and series: two who write at once wait only for each other.
-- placement: desk
CREATE TABLE handling.numbering (
    desk   text NOT NULL,
    year   int  NOT NULL,
    series text NOT NULL,
    last   int  NOT NULL,
    CONSTRAINT numbering_pkey PRIMARY KEY (desk, year, series)
);

-- What an organisation's officers say again and again (审批用语), by kind of step and outcome.
-- placement: desk
CREATE TABLE handling.phrase (
    desk       text        NOT NULL,
    id         uuid        NOT NULL,
    place      int         NOT NULL,
    step_kind  text        NOT NULL CHECK (step_kind IN ('review', 'consult', 'decide', 'special')),
    outcome    text        NOT NULL DEFAULT '',
    title      text        NOT NULL,
    words      text        NOT NULL,
    written_by text        NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT phrase_pkey PRIMARY KEY (desk, id)
);
