-- The event of each aspect of a record that holds, by `time`, when it became true (empty where the one told last holds): what
-- it takes to compose the current record, however long its history.
create table if not exists fact (
    stream uuid not null,
    aspect text not null,
    number int not null,
    version int not null,
    time text collate "C" not null,
    position bigint not null
);
create unique index if not exists fact_key on fact (stream, aspect, number);

-- Which child a record is believed to be about.
create table if not exists link (
    record uuid not null,
    child uuid not null,
    position bigint not null
);
create unique index if not exists link_key on link (record);
create index if not exists link_child on link (child);

-- Records that do not fit their child: `since` is the version from which on a record is set aside, null once it is not.
create table if not exists set_aside (
    record uuid not null,
    since int,
    position bigint not null
);
create unique index if not exists set_aside_key on set_aside (record);

-- The child that absorbed another; null again once the merge was undone.
create table if not exists superseded (
    child uuid not null,
    by uuid,
    position bigint not null
);
create unique index if not exists superseded_key on superseded (child);
create index if not exists superseded_by on superseded (by);

-- What a record said from a version on counts no more, all of it from version 1 on, for its agency is suspended; null again once
-- that is resumed.
create table if not exists suspended (
    record uuid not null,
    from_version int,
    position bigint not null
);
create unique index if not exists suspended_key on suspended (record);
