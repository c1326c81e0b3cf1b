-- Children and records that are closed, by their ids: to everybody but a custodian of identities, and the `sender` where one is named.
create table if not exists closed_identity (
    id uuid not null,
    closed bool not null,
    sender text,
    position bigint not null
);
create unique index if not exists closed_identity_key on closed_identity (id);

-- The latest event about a new identity of each child for which one was asked; `given` once a second data manager confirmed it.
create table if not exists new_identity (
    child uuid not null,
    given bool not null,
    position bigint not null
);
create unique index if not exists new_identity_key on new_identity (child);
