-- One row for each event of a request: version 1 began it, version 2 is its answer. `word` is the outcome, or the applicant.
create table if not exists request (
    stream uuid not null,
    version int not null,
    position bigint not null,
    type text not null,
    child uuid not null,
    word text not null,
    recorded_at text not null,
    sealed text
);
create unique index if not exists request_key on request (stream, version);
create index if not exists request_child on request (child);
