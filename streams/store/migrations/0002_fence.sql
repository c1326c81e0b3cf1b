-- Who may append to the register: the registrar that took the fence last. It is compared, and its row held until commit, in
-- every transaction that appends, so a registrar that was replaced writes nothing more.

create table register.fence (
    only_row boolean primary key default true check (only_row),
    holder uuid not null,
    taken_at timestamptz not null default now()
);
comment on column register.fence.holder is 'Random, so that it differs from every earlier one also after the database was restored.';
insert into register.fence (holder) values (gen_random_uuid());
