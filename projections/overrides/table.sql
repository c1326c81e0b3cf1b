-- Each override, and its place in the access log.
create table if not exists override (
    investigation uuid not null,
    child uuid not null,
    until text not null,
    stream uuid not null,
    version int not null,
    position bigint not null
);
create unique index if not exists override_key on override (investigation);
create index if not exists override_position on override (position);

-- The event that closed the investigation of an override, and its place in the access log.
create table if not exists closing (
    investigation uuid not null,
    stream uuid not null,
    version int not null,
    position bigint not null
);
create unique index if not exists closing_key on closing (investigation);
