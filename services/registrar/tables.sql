-- What the registrar needs to decide, beside the events; all of it is written in the transaction that appends them.

create table if not exists register.submissions (
    source text not null,
    id text not null,
    outcome text not null,
    primary key (source, id)
);
comment on table register.submissions is 'Submissions that were decided: what comes again is a duplicate.';

create table if not exists register.record_keys (
    source text not null,
    kind text not null check (kind in ('subject', 'involvement')),
    key text not null,
    stream uuid not null,
    primary key (source, kind, key)
);
comment on table register.record_keys is 'An agency''s own numbers, of records and of involvements, and the stream that they mean.';

create table if not exists register.match_index (
    record uuid primary key,
    child uuid not null,
    given_name text not null,
    family_name text not null,
    date_of_birth text,
    gender text not null,
    nhs_number text,
    upn text,
    postcode text,
    carers text not null,
    name_key text
);
comment on table register.match_index is 'The comparable features of each record, by blocking key; can be rebuilt from the log.';
create index if not exists match_index_nhs_number on register.match_index (nhs_number) where nhs_number is not null;
create index if not exists match_index_upn on register.match_index (upn) where upn is not null;
create index if not exists match_index_name_key on register.match_index (name_key) where name_key is not null;

create table if not exists register.kept_apart (
    record uuid not null,
    other uuid not null,
    primary key (record, other)
);
comment on table register.kept_apart is 'Pairs of records, in both directions, that a steward has found to be of two children: they are never linked or merged automatically. Can be rebuilt from the log: MatchDismissed names them, RecordUnlinked sets what leaves apart from what then stays, a steward''s ChildrenMerged ends it between the two.';

create table if not exists register.offsets (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    primary key (topic, partition)
);
comment on table register.offsets is 'The next message of each submissions topic that has not taken effect yet.';
