-- One event log: its events, the position of the last one, what it follows, and the data keys of its streams.

create table if not exists counter (
    only_row boolean primary key default true check (only_row),
    last bigint not null
) with (fillfactor = 10);
comment on table counter is 'The last position given. Its row lock, held until commit, makes positions gapless and visible in order.';
insert into counter (last) values (0) on conflict do nothing;

create table if not exists events (
    position bigint primary key,
    stream uuid not null,
    version int not null,
    topic text not null,
    state bytea storage external not null,
    unique (stream, version)
);
comment on column events.topic is 'The event''s wire name with version.';
comment on column events.state is 'The middle of the Kafka record: a JSON object text in UTF-8.';

create table if not exists tracking (
    application text primary key,
    position bigint not null
);

create table if not exists data_keys (
    stream uuid primary key,
    wrapped bytea not null
);
