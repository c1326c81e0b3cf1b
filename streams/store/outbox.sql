-- Messages that a transaction leaves for the relay, which publishes them in the order of `ordinal` and then deletes them.

create table if not exists outbox_counter (
    only_row boolean primary key default true check (only_row),
    last bigint not null
) with (fillfactor = 10);
comment on table outbox_counter is 'The last ordinal given, under a row lock as that of counter.';
insert into outbox_counter (last) values (0) on conflict do nothing;

create table if not exists outbox (
    ordinal bigint primary key,
    topic text not null,
    key bytea,
    value bytea storage external not null
);
