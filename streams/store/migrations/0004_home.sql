-- Which Kafka this database belongs to, and what keeps the relay from publishing.

create table publication.home (
    only_row boolean primary key default true check (only_row),
    cluster_id text not null,
    key_check text not null,
    since timestamptz not null default now(),
    republishing boolean not null default false,
    register_until bigint not null default 0,
    access_until bigint not null default 0
);
comment on table publication.home is 'The Kafka cluster that the logs are published to, for good; only `republish` and `resync` change it.';
comment on column publication.home.key_check is 'By which the publication key is recognised; it proves nothing and opens nothing.';
comment on column publication.home.republishing is 'The relay gives way: the topics of the logs are being made anew.';

comment on column publication.home.register_until is 'The views began empty after Postgres went back in time: before they hold this position, nobody is absent.';

create table publication.topics (
    topic text primary key,
    topic_id uuid not null
);
comment on table publication.topics is 'The topics of the logs, by the id that Kafka gave each when it was made; one that is made anew has another.';

create table publication.troubles (
    part text primary key,
    code text not null,
    says text not null,
    remedy text not null,
    since timestamptz not null default now()
);
comment on table publication.troubles is 'What keeps the relay from publishing a log, or all of them, and since when.';
