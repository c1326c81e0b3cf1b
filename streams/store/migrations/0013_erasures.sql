-- Streams whose key was destroyed. The row says so for good: whatever becomes of the wrapped keys, no key of such a stream is read
-- or made again, so a destroyed stream is another thing than one that has no key yet, or has lost it.

create table register.fenced (
    number bigint generated always as identity primary key,
    stream uuid not null unique,
    erasure uuid not null
);
comment on table register.fenced is 'Each stream that has an ErasureFenced or ChildDestroyed, and the stream of the decision; in the order in which they were destroyed.';

create table access.fenced (like register.fenced including all);

-- Nobody may change a key. Whoever may fence a stream has its key destroyed by this, which does nothing to any other.
create function register.destroy_fenced_keys(gone uuid[]) returns void language sql security definer
set search_path = pg_catalog begin atomic
    update register.data_keys k set wrapped = ''
    where k.stream = any(gone) and k.wrapped <> ''
        and exists (select from register.fenced f where f.stream = k.stream);
end;

create function store.keep_destroyed() returns trigger language plpgsql as $$
begin
    raise exception 'the key of a stream was destroyed, and stays so';
end $$;
create trigger keep_destroyed before update or delete on register.data_keys
    for each row when (old.wrapped = ''::bytea) execute function store.keep_destroyed();
create trigger keep_destroyed before update or delete on access.data_keys
    for each row when (old.wrapped = ''::bytea) execute function store.keep_destroyed();

create table register.erased_keys (
    digest bytea primary key,
    stream uuid not null
);
comment on table register.erased_keys is 'Agencies'' own numbers of destroyed records, as digests keyed with a secret that is not in this database.';
