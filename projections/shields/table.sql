-- The latest state of a child's shield; `review_by` is null once it was lifted. Of a destroyed child it is as it was then.
create table if not exists shield (
    child uuid not null,
    since text,
    review_by text,
    custodian text,
    position bigint not null
);
create unique index if not exists shield_key on shield (child);

-- Children of whom nothing can be read any more.
create table if not exists destroyed (
    child uuid not null,
    position bigint not null
);
create unique index if not exists destroyed_key on destroyed (child);

-- Children whose whereabouts are hidden: by a shield of their own, or `suspected` to be one with a child that has one, whose
-- `custodian` then takes care of both. `sender` is the one agency that all records of a suspected child are of: not hidden from it.
-- Names, the one that is shown first, date of birth and gender are all that a search may use; `keys` is what is looked up. `shown`
-- are the events (stream and version) that who is shown follows from: of a shielded child, those known when the shield came.
create table if not exists hidden (
    child uuid not null,
    suspected bool not null,
    since text,
    review_by text,
    custodian text,
    position bigint not null,
    sender text,
    names text[] not null,
    date_of_birth text,
    estimated bool not null,
    gender text not null,
    keys text[] collate "C" not null,
    shown text[] not null
);
create unique index if not exists hidden_key on hidden (child);
create index if not exists hidden_keys on hidden using gin (keys) with (fastupdate = off);
