-- An agency's submission may say that an archived child is here: who is in the archive, so that no child's events are searched for it.

create table register.archived (
    child uuid primary key
);
comment on table register.archived is 'The children that are in the archive; can be rebuilt from the log.';
