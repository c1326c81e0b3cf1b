-- The Merkle trees of both logs, and their latest signed checkpoints. The relay appends to them what it has published.

create table publication.tiles (
    log text not null,
    level int not null,
    number bigint not null,
    hashes bytea storage external not null,
    primary key (log, level, number)
);
comment on table publication.tiles is 'Tiles of 256 hashes; the last one of a level may hold fewer.';
comment on column publication.tiles.hashes is 'Of level 0 the SHA-256 of each event as published, from which its leaf follows; else the roots of complete subtrees.';

create table publication.checkpoints (
    log text primary key,
    size bigint not null,
    note text not null,
    signed_at timestamptz not null default now(),
    wanted boolean not null default false
);
comment on table publication.checkpoints is 'The latest signed checkpoint of each log. A new one takes its place only if the size is what its signer has continued.';
comment on column publication.checkpoints.wanted is 'Somebody waits for one that holds everything published.';
