-- Children who are shielded, or held back since they may be a shielded child. The keys of their records stand apart: how many
-- records share a home, a telephone or a name, and whom they meet, is counted without them, so that no count tells of them.

create table register.hidden_children (
    child uuid primary key
);
comment on table register.hidden_children is 'Children who are hidden in the match index; can be rebuilt from the log.';

create table register.hidden_keys (
    key bigint not null,
    record uuid not null
);
comment on table register.hidden_keys is 'What match_keys has of other records, of the records of hidden children.';
create index hidden_keys_key on register.hidden_keys (key);
create index hidden_keys_record on register.hidden_keys (record);
