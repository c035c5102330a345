CREATE SCHEMA casework;

-- One case: its summary, its flow's state, its clock, and the head of its journal. Locked by every act on it.
-- placement: home
CREATE TABLE casework.matter (
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    id           uuid        NOT NULL,
    number       text        NOT NULL CHECK (number ~ '^[0-9]{23}$'),
    item         text        NOT NULL,
    item_version int         NOT NULL,
    item_name    text        NOT NULL,
    flow_kind    text        NOT NULL,
    applicant    text        NOT NULL,
    division     text        NOT NULL,
    receiving    text        NOT NULL,
    deciding     text        NOT NULL,
    channel      text        NOT NULL,
    status       text        NOT NULL,
    facts        jsonb       NOT NULL,
    progress     jsonb       NOT NULL,
    tasks        jsonb       NOT NULL,
    timing       jsonb       NOT NULL,
    promised_due date,
    legal_due    date,
    provisional  boolean     NOT NULL DEFAULT false,
    received_at  timestamptz NOT NULL,
    accepted_at  timestamptz,
    decided_at   timestamptz,
    closed_at    timestamptz,
    journal_seq  int         NOT NULL,
    journal_head bytea       NOT NULL,
    parent       uuid,                                  -- the case this one is a part of, in the same home
    recused      jsonb       NOT NULL DEFAULT '[]',     -- who keeps out of it (回避)
    warned       jsonb       NOT NULL DEFAULT '[]',     -- what the clock has said, once each
    moved        jsonb       NOT NULL DEFAULT '[]',     -- who decided before the day of a reorganisation
    asides       jsonb       NOT NULL DEFAULT '[]',     -- questions beside the flow that wait for an answer
    calendar     text        NOT NULL DEFAULT '',       -- the version of the calendar its dates were reckoned by
    look_on      date,                                  -- the next day on which the clock may have something to say
    CONSTRAINT matter_pkey PRIMARY KEY (home, id),
    CONSTRAINT matter_number_key UNIQUE (home, number)
);
CREATE INDEX matter_open_due ON casework.matter (deciding, promised_due) WHERE closed_at IS NULL;
CREATE INDEX matter_division ON casework.matter (division text_pattern_ops, received_at);
CREATE INDEX matter_look ON casework.matter (look_on, home, id) WHERE look_on IS NOT NULL;
CREATE INDEX matter_calendar ON casework.matter (calendar, home, id) WHERE closed_at IS NULL;
CREATE INDEX matter_parent ON casework.matter (home, parent) WHERE parent IS NOT NULL;
CREATE INDEX matter_receiving ON casework.matter (receiving, received_at);

-- Who lent a hand, with which duty: one person, one duty in one case (受办分离; SOD1–SOD4, SOD15).
-- placement: home
CREATE TABLE casework.hand (
    home   int  NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter uuid NOT NULL,
    person text NOT NULL,
    duty   text NOT NULL CHECK (duty IN ('accept','handle','review','decide','consult','deliver','rate')),
    kind   text NOT NULL,
    CONSTRAINT hand_pkey PRIMARY KEY (home, matter, person),
    CONSTRAINT hand_matter_fkey FOREIGN KEY (home, matter) REFERENCES casework.matter (home, id),
    CONSTRAINT hand_centre_accepts CHECK (duty NOT IN ('accept', 'deliver') OR kind IN ('centre', 'township')),
    CONSTRAINT hand_department_handles CHECK (
        duty NOT IN ('handle', 'review', 'decide', 'consult') OR kind = 'department'),
    CONSTRAINT hand_third_party_rates CHECK (duty <> 'rate' OR kind = 'evaluation')
);

-- What waits at a desk: everything its page shows, so that the page is one query.
-- placement: desk
CREATE TABLE casework.inbox (
    desk         text        NOT NULL,
    id           uuid        NOT NULL,
    home         int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter       uuid        NOT NULL,
    number       text        NOT NULL,
    item         text        NOT NULL,
    item_name    text        NOT NULL,
    applicant    text        NOT NULL,
    division     text        NOT NULL,
    step         text        NOT NULL,
    step_name    text        NOT NULL,
    step_kind    text        NOT NULL,
    role         text        NOT NULL,
    opened_at    timestamptz NOT NULL,
    step_due     date,
    promised_due date,
    legal_due    date,
    paused       boolean     NOT NULL DEFAULT false,
    holder       text        NOT NULL DEFAULT '',
    post         text        NOT NULL DEFAULT '',       -- answers for it now (R52)
    urged        int         NOT NULL DEFAULT 0,
    line         text        NOT NULL DEFAULT '',
    asked_by     text        NOT NULL DEFAULT '',
    CONSTRAINT inbox_pkey PRIMARY KEY (desk, id)
);
CREATE INDEX inbox_order ON casework.inbox (
    desk, role, paused, (COALESCE(LEAST(step_due, promised_due), 'infinity'::date)), id);
CREATE INDEX inbox_item ON casework.inbox (
    desk, role, item, paused, (COALESCE(LEAST(step_due, promised_due), 'infinity'::date)), id);
-- Characters of applicant and item, number, desk, line, kind: what is rare in an inbox that is very long is found here.
CREATE INDEX inbox_words ON casework.inbox USING gin (
    (string_to_array(lower(applicant || item_name), NULL) || number || desk || line || step_kind));
CREATE INDEX inbox_holder ON casework.inbox (desk, holder) WHERE holder <> '';
-- Consultations by whoever waits for them.
CREATE INDEX inbox_asked ON casework.inbox (asked_by) WHERE asked_by <> '';

-- Who has which case before them right now: worth nothing after a crash, so nothing of it is logged.
-- placement: local
CREATE UNLOGGED TABLE casework.presence (
    home    int         NOT NULL CHECK (home BETWEEN 0 AND 16383),
    matter  uuid        NOT NULL,
    person  text        NOT NULL,
    seen_at timestamptz NOT NULL,
    CONSTRAINT presence_pkey PRIMARY KEY (home, matter, person)
);
CREATE INDEX presence_person ON casework.presence (person);
