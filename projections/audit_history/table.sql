-- Times are ISO 8601 texts in UTC, `data` is JSON text, `sealed` base64: as they stand in the log, so that nothing is recoded.
create table if not exists history (
    stream uuid not null,
    version int not null,
    position bigint not null,
    type text not null,
    time text not null,
    recorded_at text not null,
    source text not null,
    data text not null,
    sealed text
);
create unique index if not exists history_key on history (stream, version);
