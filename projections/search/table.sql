-- One row for each version of a record's particulars, so that former names and homes are found too.
-- A record that was removed, or whose key was destroyed, keeps rows without content.
-- `names` holds given and family name in turn, the current one first where it is `named`; `gendered` says that a gender is
-- reported, even if it is none that can be compared; `written` has given and family name as they are written; `keys` is what is
-- looked up, in the table `found_by`.
create table if not exists search (
    stream uuid not null,
    version int not null,
    names text[],
    date_of_birth text,
    estimated bool,
    gender text,
    postcode text,
    nhs_number text,
    upn text,
    keys text[] collate "C",
    named bool,
    gendered bool,
    written text[],
    position bigint not null
);
create unique index if not exists search_key on search (stream, version);

-- A row for each of the keys of a version. A search looks up a thousand keys, many of which follow each other, so that they share
-- pages of a B-tree; a GIN index on `search.keys` goes down for each of them, and compares each with all others.
create table if not exists found_by (
    key text collate "C" not null,
    stream uuid not null,
    version int not null
);
create index if not exists found_by_key on found_by (key);
