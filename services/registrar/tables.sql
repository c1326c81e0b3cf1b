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

-- The match index as an earlier version of the product had it; it is built again from the log.
do $$ begin
    if exists (
        select from information_schema.columns
        where table_schema = 'register' and table_name = 'match_index' and column_name = 'name_key'
    ) then
        drop table register.match_index;
    end if;
end $$;

create table if not exists register.match_index (
    record uuid primary key,
    child uuid not null,
    features text not null
);
comment on table register.match_index is 'Each record that is not removed, the child it belongs to, and its comparable features as JSON; can be rebuilt from the log.';
create index if not exists match_index_child on register.match_index (child);

create table if not exists register.match_keys (
    key bigint not null,
    record uuid not null
);
comment on table register.match_keys is 'The blocking keys under which a record can be met, as digests.';
create index if not exists match_keys_key on register.match_keys (key);

create table if not exists register.match_index_format (
    format text not null
);
comment on table register.match_index_format is 'Which version of the product built the match index; without a row it has to be built.';

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
