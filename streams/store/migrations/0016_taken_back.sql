-- A suspended agency's removals may be taken back: whose records these are, which the match index has no more, and how many there are.

create table register.removed_records (
    record uuid primary key,
    child uuid not null
);
comment on table register.removed_records is 'The child of each record that its agency has removed; can be rebuilt from the log.';

alter table register.suspensions add column removals bigint not null default 0;
comment on column register.suspensions.removals is 'How many of the agency''s records, of those that are `done`, it had removed and are restored.';

-- A right granted before an agency had its name opens nothing of that agency. Who was granted one by now keeps what it opens, also where
-- an auditor asks what could have been seen: agencies that are there have had their names for ever.
alter table registry.agencies add column named_at timestamptz not null default 'epoch';
alter table registry.agencies alter column named_at set default now();
comment on column registry.agencies.named_at is 'Since when the agency has this name and this authority.';
alter table registry.users add column granted_at timestamptz not null default now();
comment on column registry.users.granted_at is 'When the user''s right was last granted or changed.';
