-- How much of something each agency has sent within an hour or a day, where there is a budget of it: what is beyond is counted and not
-- kept. Written by the registrar in the transaction of the messages that it counts.

create table register.budgets (
    what text not null,
    agency text not null,
    since timestamptz not null,
    within bigint not null,
    beyond bigint not null,
    primary key (what, agency, since)
);
comment on column register.budgets.agency is 'The code of the topic''s agency, or unclaimed.';
comment on column register.budgets.since is 'The beginning of the hour, or of the day (UTC).';
