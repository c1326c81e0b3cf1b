-- Which schemas of views there are. A reader asks for the live one of its own definition, in the snapshot in which it reads on; so
-- versions of the product stand beside each other, and a switch moves a pointer instead of renaming what others read.

create schema projection;

create table projection.schemas (
    name text primary key,
    definition text not null,
    state text not null check (state in ('building', 'live', 'retired', 'refused')),
    messages bigint not null default 0,
    of_messages bigint not null default 0,
    digest text,
    refusal text,
    begun_at timestamptz not null default clock_timestamp(),
    live_at timestamptz,
    retired_at timestamptz
);
comment on column projection.schemas.definition is 'The fingerprint of the tables, and of the code that makes their rows.';
comment on column projection.schemas.digest is 'Of all rows as they were built; null where there was nothing to build them from.';

comment on column projection.schemas.refusal is 'Why a schema that was built cannot become live.';

create unique index schemas_live on projection.schemas (definition) where state = 'live';

-- Views of a version that found them by their name.
insert into projection.schemas (name, definition, state, retired_at)
    select 'views', 'found by its name', 'retired', clock_timestamp() from pg_namespace where nspname = 'views';
