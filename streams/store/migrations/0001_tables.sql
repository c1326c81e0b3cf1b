-- The tables of the store, the registrar and the registers, as they were when changes began to be numbered.

create schema if not exists register;
create schema if not exists access;
create schema if not exists publication;
create schema if not exists registry;

-- The log of the register: its events, the position of the last one, what it follows, the data keys of its streams.

create table register.counter (
    only_row boolean primary key default true check (only_row),
    last bigint not null
) with (fillfactor = 10);
comment on table register.counter is 'The last position given. Its row lock, held until commit, makes positions gapless and visible in order.';
insert into register.counter (last) values (0);

create table register.events (
    position bigint primary key,
    stream uuid not null,
    version int not null,
    topic text not null,
    state bytea storage external not null,
    unique (stream, version)
);
comment on column register.events.topic is 'The event''s wire name with version.';
comment on column register.events.state is 'The middle of the Kafka record: a JSON object text in UTF-8.';

create table register.tracking (
    application text primary key,
    position bigint not null
);

create table register.data_keys (
    stream uuid primary key,
    wrapped bytea not null
);

-- The access log, made like the log of the register.

create table access.counter (
    only_row boolean primary key default true check (only_row),
    last bigint not null
) with (fillfactor = 10);
comment on table access.counter is 'The last position given. Its row lock, held until commit, makes positions gapless and visible in order.';
insert into access.counter (last) values (0);

create table access.events (
    position bigint primary key,
    stream uuid not null,
    version int not null,
    topic text not null,
    state bytea storage external not null,
    unique (stream, version)
);
comment on column access.events.topic is 'The event''s wire name with version.';
comment on column access.events.state is 'The middle of the Kafka record: a JSON object text in UTF-8.';

create table access.tracking (
    application text primary key,
    position bigint not null
);

create table access.data_keys (
    stream uuid primary key,
    wrapped bytea not null
);

-- Which stream holds one user's looks of one day (UTC). Stream ids are random.
create table access.streams (
    user_name text not null,
    day date not null,
    stream uuid not null unique,
    primary key (user_name, day)
);

-- Until when a user may see a shielded child, by an override that stands in the log.
create table access.grants (
    user_name text not null,
    child uuid not null,
    until timestamptz not null,
    primary key (user_name, child)
);

-- Messages that a transaction leaves for the relay, which publishes them in the order of `ordinal` and then deletes them.

create table register.outbox_counter (
    only_row boolean primary key default true check (only_row),
    last bigint not null
) with (fillfactor = 10);
comment on table register.outbox_counter is 'The last ordinal given, under a row lock as that of counter.';
insert into register.outbox_counter (last) values (0);

create table register.outbox (
    ordinal bigint primary key,
    topic text not null,
    key bytea,
    value bytea storage external not null
);

-- How far the logs are published to Kafka. Kafka itself is the truth, these rows save reading it and let others compare.

create table publication.producer (
    cluster_id text primary key,
    producer_id bigint not null,
    producer_epoch int not null
);
comment on table publication.producer is 'The one idempotent producer identity with which everything is published to a Kafka cluster.';

create table publication.published (
    log text primary key,
    position bigint not null
) with (fillfactor = 50);
comment on column publication.published.log is 'register.events, access.events or outbox.';
comment on column publication.published.position is 'All positions up to this one are acknowledged by Kafka.';

create table publication.partitions (
    topic text not null,
    partition int not null,
    end_offset bigint not null,
    position bigint not null,
    primary key (topic, partition)
) with (fillfactor = 50);
comment on column publication.partitions.end_offset is 'The offset that comes next in the partition.';
comment on column publication.partitions.position is 'The position of the last event in the partition, 0 where there is none.';

-- What the registrar needs to decide, beside the events; all of it is written in the transaction that appends them.

create table register.submissions (
    source text not null,
    id text not null,
    outcome text not null,
    primary key (source, id)
);
comment on table register.submissions is 'Submissions that were decided: what comes again is a duplicate.';

create table register.record_keys (
    source text not null,
    kind text not null check (kind in ('subject', 'involvement')),
    key text not null,
    stream uuid not null,
    primary key (source, kind, key)
);
comment on table register.record_keys is 'An agency''s own numbers, of records and of involvements, and the stream that they mean.';

create table register.match_index (
    record uuid primary key,
    child uuid not null,
    features text not null
);
comment on table register.match_index is 'Each record that is not removed, the child it belongs to, and its comparable features as JSON; can be rebuilt from the log.';
create index match_index_child on register.match_index (child);

create table register.match_keys (
    key bigint not null,
    record uuid not null
);
comment on table register.match_keys is 'The blocking keys under which a record can be met, as digests.';
create index match_keys_key on register.match_keys (key);

create table register.match_index_format (
    format text not null
);
comment on table register.match_index_format is 'Which version of the product built the match index; without a row it has to be built.';

create table register.kept_apart (
    record uuid not null,
    other uuid not null,
    primary key (record, other)
);
comment on table register.kept_apart is 'Pairs of records, in both directions, that a steward has found to be of two children: they are never linked or merged automatically. Can be rebuilt from the log: MatchDismissed names them, RecordUnlinked sets what leaves apart from what then stays, a steward''s ChildrenMerged ends it between the two.';

create table register.offsets (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    primary key (topic, partition)
);
comment on table register.offsets is 'The next message of each submissions topic that has not taken effect yet.';

-- Agencies and users. `changes.agencies` counts the changes of the agency register under its row lock,
-- so that whoever polls it never misses one.

create table registry.agencies (
    code      text primary key,
    name      text not null,
    kind      text not null,
    authority text,
    changed   bigint not null,
    contact   jsonb
);
comment on column registry.agencies.contact is 'Whom to ask at a local authority about a restricted service: {name, role, phone, email}.';

create table registry.users (
    name             text primary key,
    display_name     text,
    role             text,
    organisation     text,
    authority        text,
    sensitive        boolean not null default false,
    trained_until    date,
    vetted_until     date,
    signed_off_until date,
    revoked          boolean not null default false,
    stream           uuid,
    version          int
);
comment on table registry.users is 'How each user stands after the last event of the user''s `stream` on the access log, written in the transaction of that event. Without a role nothing was granted.';

create table registry.changes (
    only_row boolean primary key default true check (only_row),
    agencies bigint not null
);
insert into registry.changes (agencies) values (0);

create table registry.extracts (
    agency         text not null,
    layout         text not null,
    extract        text not null,
    taken_on       date not null,
    rows           bigint not null,
    content_digest text not null,
    begun_at       timestamptz not null default now(),
    sent_at        timestamptz,
    primary key (agency, layout, extract)
);
comment on table registry.extracts is 'Extracts of agencies'' systems that were sent by a layout; `sent_at` is empty while one is under way, or was cut short. The digest is keyed with a secret that is not in this database.';
