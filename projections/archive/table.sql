-- Children that were ever archived: since when one is in the archive, and from which day its years there count; null once it has
-- returned.
create table if not exists archived_child (
    child uuid not null,
    since text,
    years_from text,
    position bigint not null
);
create unique index if not exists archived_child_key on archived_child (child);
create index if not exists archived_child_since on archived_child (since);

-- Children of whom it was ever proposed that they are destroyed: when, null once that is void.
create table if not exists destruction_proposed (
    child uuid not null,
    since text,
    position bigint not null
);
create unique index if not exists destruction_proposed_key on destruction_proposed (child);
