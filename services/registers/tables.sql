-- Agencies and users. `changes.agencies` counts the changes of the agency register under its row lock,
-- so that whoever polls it never misses one.
create schema if not exists registry;

create table if not exists registry.agencies (
    code      text primary key,
    name      text not null,
    kind      text not null,
    authority text,
    changed   bigint not null
);
alter table registry.agencies add column if not exists contact jsonb;
comment on column registry.agencies.contact is 'Whom to ask at a local authority about a restricted service: {name, role, phone, email}.';

create table if not exists registry.users (
    name         text primary key,
    display_name text
);
alter table registry.users
    add column if not exists role text,
    add column if not exists organisation text,
    add column if not exists authority text,
    add column if not exists sensitive boolean not null default false,
    add column if not exists trained_until date,
    add column if not exists vetted_until date,
    add column if not exists signed_off_until date,
    add column if not exists revoked boolean not null default false,
    add column if not exists stream uuid,
    add column if not exists version int;
comment on table registry.users is 'How each user stands after the last event of the user''s `stream` on the access log, written in the transaction of that event. Without a role nothing was granted.';

create table if not exists registry.changes (
    only_row boolean primary key default true check (only_row),
    agencies bigint not null
);
insert into registry.changes (agencies) values (0) on conflict do nothing;

create table if not exists registry.extracts (
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
