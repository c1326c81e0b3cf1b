-- Which record the matcher has found to be like which, until that ended: a shield hides the records that are like its child's from the
-- moment that it comes, and who is hidden has to be known to the registrar too.

create table register.found_like (
    record uuid not null,
    other uuid not null,
    primary key (record, other)
);
comment on table register.found_like is 'A record that was placed, and one that it is like by the latest word on the two; can be rebuilt from the log.';
create index found_like_other on register.found_like (other);
