-- An agency's submission may say that an archived child is here: who is in the archive, so that no child's events are searched for it.

create table register.archived (
    child uuid primary key
);
comment on table register.archived is 'The children that are in the archive; can be rebuilt from the log.';

-- One sign-in of a cleared data manager opens the whole archive to search: so many children a day, each told to data managers.
create table access.enquiries (
    user_name text not null,
    child uuid not null,
    day date not null,
    primary key (user_name, child, day)
);
comment on table access.enquiries is 'Archived children whom a user was shown within the day (UTC) for a named enquiry alone.';

-- Whoever has to come back waits for a run: `status` says when there was one.
create table access.retention_runs (
    authority text primary key,
    day date not null
);
comment on table access.retention_runs is 'The day (UTC) on which a run last brought back all who were due to, by authority, empty for the whole directory.';
