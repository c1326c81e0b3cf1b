-- Who a shielded child was when its shield came: a record that is like it is told by this alone. What an agency says later, and
-- where the child is, decides nothing that others could see.

create table register.shielded_records (
    record uuid primary key,
    child uuid not null,
    features text not null
);
comment on table register.shielded_records is 'Records of shielded children as they were when the shield came or was last reviewed, without whereabouts; can be rebuilt from the log.';
create index shielded_records_child on register.shielded_records (child);

create table register.shielded_keys (
    key bigint not null,
    record uuid not null references register.shielded_records (record) on delete cascade
);
comment on table register.shielded_keys is 'The keys of who they are, under which such a record can be met, as digests.';
create index shielded_keys_key on register.shielded_keys (key);
create index shielded_keys_record on register.shielded_keys (record);
