-- Records that are closed: those of children who began anew as somebody else, and those that name such a child. They are in no
-- match index, so that nothing is ever linked through them.

create table register.closed_records (
    record uuid primary key,
    child uuid not null
);
comment on table register.closed_records is 'Records that join nothing, each with its child; can be rebuilt from the log.';
