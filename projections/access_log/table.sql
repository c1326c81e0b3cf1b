-- `children` are the ids shown; the rest of the event's clear data is in `data` as JSON text.
create table if not exists access_log (
    stream uuid not null,
    version int not null,
    position bigint not null,
    type text not null,
    time text not null,
    recorded_at text not null,
    children uuid[] not null,
    data text not null,
    sealed text
);
create unique index if not exists access_log_key on access_log (stream, version);
create index if not exists access_log_position on access_log (position);
create index if not exists access_log_children on access_log using gin (children);
create index if not exists access_log_time on access_log (time);
