-- Which stream holds one user's looks of one day (UTC). Stream ids are random.
create table if not exists streams (
    user_name text not null,
    day date not null,
    stream uuid not null unique,
    primary key (user_name, day)
);

-- Until when a user may see a shielded child, by an override that stands in the log.
create table if not exists grants (
    user_name text not null,
    child uuid not null,
    until timestamptz not null,
    primary key (user_name, child)
);
