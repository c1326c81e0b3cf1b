-- Which stream holds one user's looks of one day (UTC). Stream ids are random.
create table if not exists streams (
    user_name text not null,
    day date not null,
    stream uuid not null unique,
    primary key (user_name, day)
);
