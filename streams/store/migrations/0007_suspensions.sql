-- Agencies that were ever suspended, each with the stream of the register that tells it; written in the transaction of its events.

create table register.suspensions (
    agency text primary key,
    stream uuid not null unique,
    suspended boolean not null,
    set_aside boolean not null,
    since text,
    done_up_to text,
    done bigint not null default 0,
    of_records bigint not null default 0
);
comment on table register.suspensions is 'How each agency stands after the last event of its `stream`.';
comment on column register.suspensions.since is 'What was recorded from this moment on is set aside; null for all that it said.';
comment on column register.suspensions.done_up_to is 'The last of the agency''s own numbers whose record has been set aside or restored as the last decision says, in their order; null where all of them have. `done` of `of_records` are.';
