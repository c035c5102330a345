CREATE SCHEMA directory;

-- placement: reference
CREATE TABLE directory.division (
    code       text NOT NULL CHECK (code ~ '^([0-9]{6}|[0-9]{9})$'),
    name       text NOT NULL,
    kind       text NOT NULL,
    name_en    text NOT NULL DEFAULT '',
    parent     text NOT NULL DEFAULT '',
    valid_from date,
    valid_to   date,
    successors text[] NOT NULL DEFAULT '{}',
    CONSTRAINT division_pkey PRIMARY KEY (code),
    CONSTRAINT division_period CHECK (valid_to > valid_from)
);

-- A line of departments (条): the same business at every level. Locally it may be another line's (工商、质监、食药 → 市场监管).
-- placement: reference
CREATE TABLE directory.line (
    key        text NOT NULL,
    name       text NOT NULL,
    short      text NOT NULL,
    name_en    text NOT NULL,
    local_name text NOT NULL,
    local_line text NOT NULL,
    kind       text NOT NULL,
    CONSTRAINT line_pkey PRIMARY KEY (key)
);

-- Line × division (条块): the organisation. Its code is `division.line`.
-- placement: reference
CREATE TABLE directory.organisation (
    code       text NOT NULL,
    line       text NOT NULL,
    division   text NOT NULL,
    level      text NOT NULL CHECK (level IN ('province', 'city', 'county', 'town')),
    name       text NOT NULL,
    name_en    text NOT NULL DEFAULT '',
    kind       text NOT NULL
        CHECK (kind IN ('department', 'centre', 'township', 'evaluation', 'oversight', 'data_centre')),
    valid_from date,
    valid_to   date,
    successor  text NOT NULL DEFAULT '',
    CONSTRAINT organisation_pkey PRIMARY KEY (code),
    CONSTRAINT organisation_line_fkey FOREIGN KEY (line) REFERENCES directory.line (key),
    CONSTRAINT organisation_division_fkey FOREIGN KEY (division) REFERENCES directory.division (code),
    CONSTRAINT organisation_code CHECK (code = division || '.' || line),
    CONSTRAINT organisation_period CHECK (valid_to > valid_from)
);

-- From a day on another organisation has what this one had: of an item or of all ('' = all), in an area or everywhere.
-- placement: reference
CREATE TABLE directory.succession (
    organisation text NOT NULL,
    since        date NOT NULL,
    item         text NOT NULL DEFAULT '',
    area         text NOT NULL DEFAULT '' CHECK (area ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})?$'),
    successor    text NOT NULL,
    document     text NOT NULL,
    CONSTRAINT succession_pkey PRIMARY KEY (organisation, since, item, area),
    CONSTRAINT succession_organisation_fkey FOREIGN KEY (organisation) REFERENCES directory.organisation (code),
    CONSTRAINT succession_another CHECK (successor <> organisation)
);

-- A decision to reorganise, from the day it was entered; `plan` is what it says. Withdrawn before its day, it does nothing.
-- placement: reference
CREATE TABLE directory.reorganisation (
    document   text NOT NULL,
    day        date NOT NULL,
    plan       jsonb NOT NULL,
    state      text NOT NULL CHECK (state IN ('entered', 'withdrawn', 'done')),
    entered_by text NOT NULL,
    entered_at timestamptz NOT NULL,
    settled_at timestamptz,
    CONSTRAINT reorganisation_pkey PRIMARY KEY (document)
);

-- What an organisation is called from a day on. Old acts keep old names.
-- placement: reference
CREATE TABLE directory.naming (
    organisation text NOT NULL,
    since        date NOT NULL,
    name         text NOT NULL,
    CONSTRAINT naming_pkey PRIMARY KEY (organisation, since),
    CONSTRAINT naming_organisation_fkey FOREIGN KEY (organisation) REFERENCES directory.organisation (code)
);

-- placement: reference
CREATE TABLE directory.post (
    code         text   NOT NULL,
    organisation text   NOT NULL,
    name         text   NOT NULL,
    roles        text[] NOT NULL,
    at_centre    boolean NOT NULL DEFAULT false,
    -- What it went on as in another organisation, and the first day of that.
    closed_on    date,
    successor    text NOT NULL DEFAULT '',
    CONSTRAINT post_pkey PRIMARY KEY (code),
    CONSTRAINT post_organisation_fkey FOREIGN KEY (organisation) REFERENCES directory.organisation (code)
);
CREATE INDEX post_organisation ON directory.post (organisation);

-- placement: reference
CREATE TABLE directory.person (
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('staff', 'public', 'client')),
    -- What a member of the public is to the sharing system: kind and number of the subject, never shown in lists.
    subject_kind text NOT NULL DEFAULT '',
    subject_identifier text NOT NULL DEFAULT '',
    CONSTRAINT person_pkey PRIMARY KEY (code)
);

-- Who holds which post since when and until when.
-- placement: reference
CREATE TABLE directory.holding (
    person    text NOT NULL,
    post      text NOT NULL,
    held_from date NOT NULL,
    held_to   date,
    CONSTRAINT holding_pkey PRIMARY KEY (person, post, held_from),
    CONSTRAINT holding_person_fkey FOREIGN KEY (person) REFERENCES directory.person (code),
    CONSTRAINT holding_post_fkey FOREIGN KEY (post) REFERENCES directory.post (code),
    CONSTRAINT holding_period CHECK (held_to > held_from)
);

-- Who stands in for whom in a post, from a day until a day; ended before it began, it holds on no day.
-- placement: reference
CREATE TABLE directory.deputy (
    id         uuid NOT NULL,
    post       text NOT NULL,
    principal  text NOT NULL,
    deputy     text NOT NULL,
    held_from  date NOT NULL,
    held_to    date NOT NULL,
    reason     text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    ended_by   text NOT NULL DEFAULT '',
    CONSTRAINT deputy_pkey PRIMARY KEY (id),
    CONSTRAINT deputy_post_fkey FOREIGN KEY (post) REFERENCES directory.post (code),
    CONSTRAINT deputy_principal_fkey FOREIGN KEY (principal) REFERENCES directory.person (code),
    CONSTRAINT deputy_deputy_fkey FOREIGN KEY (deputy) REFERENCES directory.person (code),
    CONSTRAINT deputy_another CHECK (deputy <> principal),
    CONSTRAINT deputy_period CHECK (held_to >= held_from)
);

-- Leave for a post to work joint items away from the service centre (R26).
-- placement: reference
CREATE TABLE directory.exemption (
    id         uuid NOT NULL,
    post       text NOT NULL,
    held_from  date NOT NULL,
    held_to    date NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    CONSTRAINT exemption_pkey PRIMARY KEY (id),
    CONSTRAINT exemption_post_fkey FOREIGN KEY (post) REFERENCES directory.post (code),
    CONSTRAINT exemption_period CHECK (held_to > held_from)
);

-- placement: reference
CREATE TABLE directory.centre_window (
    code   text NOT NULL,
    centre text NOT NULL,
    name   text NOT NULL,
    CONSTRAINT centre_window_pkey PRIMARY KEY (code),
    CONSTRAINT centre_window_centre_fkey FOREIGN KEY (centre) REFERENCES directory.organisation (code)
);
CREATE INDEX centre_window_centre ON directory.centre_window (centre);

-- Who decides which item where, since when (权力清单; R20, R21).
-- placement: reference
CREATE TABLE directory.power (
    item      text NOT NULL,
    area      text NOT NULL CHECK (area ~ '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$'),
    held_from date NOT NULL,
    held_to   date,
    level     text NOT NULL CHECK (level IN ('province', 'city', 'county', 'town')),
    line      text NOT NULL DEFAULT '',
    basis     text NOT NULL DEFAULT '',
    CONSTRAINT power_pkey PRIMARY KEY (item, area, held_from),
    CONSTRAINT power_period CHECK (held_to > held_from)
);

-- One row: a number grows by one with every change of its part, so that a process knows when to look again.
-- placement: reference
CREATE TABLE directory.edition (
    one    int    NOT NULL CHECK (one = 1),
    places bigint NOT NULL,
    staff  bigint NOT NULL,
    CONSTRAINT edition_pkey PRIMARY KEY (one)
);
INSERT INTO directory.edition (one, places, staff) VALUES (1, 0, 0);
