CREATE SCHEMA oversight;

-- A rating asked for after the case has ended; kept by a third party, never changed, never deleted (R15).
-- placement: home append-only
CREATE TABLE oversight.invitation (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    number       text        NOT NULL,
    item         text        NOT NULL,
    receiving    text        NOT NULL,
    deciding     text        NOT NULL,
    visits       int         NOT NULL,
    invited_at   timestamptz NOT NULL,
    CONSTRAINT invitation_pkey PRIMARY KEY (home, matter)
);
CREATE INDEX invitation_at ON oversight.invitation (invited_at);

-- placement: home append-only
CREATE TABLE oversight.rating (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    grade        text        NOT NULL
        CHECK (grade IN ('very_satisfied', 'satisfied', 'fairly_satisfied', 'dissatisfied', 'very_dissatisfied')),
    reasons      jsonb       NOT NULL,
    comment      text        NOT NULL DEFAULT '',
    channel      text        NOT NULL,
    deciding     text        NOT NULL,
    item         text        NOT NULL,
    rated_at     timestamptz NOT NULL,
    CONSTRAINT rating_pkey PRIMARY KEY (home, matter),
    CONSTRAINT rating_bad_has_reason
        CHECK (grade NOT IN ('dissatisfied', 'very_dissatisfied') OR jsonb_array_length(reasons) > 0),
    CONSTRAINT rating_invitation_fkey FOREIGN KEY (home, matter) REFERENCES oversight.invitation (home, matter)
);
CREATE INDEX rating_at ON oversight.rating (rated_at);

-- Where a case stood and whose post had it, or whose work was sent back: written once, changed by nobody (R52, R76).
-- placement: home append-only
CREATE TABLE oversight.stall (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    number       text        NOT NULL,
    item         text        NOT NULL,
    division     text        NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('warning', 'inaction', 'slowness', 'misconduct')),
    what         text        NOT NULL,
    step         text        NOT NULL,
    desk         text        NOT NULL,
    post         text        NOT NULL,
    person       text        NOT NULL,
    since        date        NOT NULL,
    due          date,
    rule         text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT stall_pkey PRIMARY KEY (home, matter, id)
);
CREATE INDEX stall_division ON oversight.stall (division text_pattern_ops, at);

-- What a supervisor demands of a post about a step of a case: words by a day (督办). Written once, changed by nobody.
-- placement: home append-only
CREATE TABLE oversight.demand (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    number       text        NOT NULL,
    item         text        NOT NULL,
    division     text        NOT NULL,
    step         text        NOT NULL,
    desk         text        NOT NULL,
    post         text        NOT NULL,
    person       text        NOT NULL,                  -- who held the task then
    words        text        NOT NULL,
    asked_by     text        NOT NULL,
    due          date        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT demand_pkey PRIMARY KEY (home, matter, id)
);
CREATE INDEX demand_division ON oversight.demand (division text_pattern_ops, at);

-- What came of it: words, or that the case was over before anybody had answered.
-- placement: home append-only
CREATE TABLE oversight.demand_answer (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    id           uuid        NOT NULL,
    outcome      text        NOT NULL CHECK (outcome IN ('answered', 'lapsed')),
    words        text        NOT NULL,
    desk         text        NOT NULL,
    post         text        NOT NULL,
    person       text        NOT NULL,
    at           timestamptz NOT NULL,
    CONSTRAINT demand_answer_pkey PRIMARY KEY (home, matter, id),
    CONSTRAINT demand_answer_demand_fkey FOREIGN KEY (home, matter, id) REFERENCES oversight.demand (home, matter, id),
    CONSTRAINT demand_answer_has_words CHECK (outcome = 'lapsed' OR words <> '')
);
