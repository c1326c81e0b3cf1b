-- A child on the list of a report from the day `begins` up to, not including, `ends` ('9999-12-31' stands for
-- until further notice); `detail` is JSON text without names. A rule of retention by which something is due is a report too, and
-- `status` what is due.
create table if not exists finding (
    child uuid not null,
    report text not null,
    begins text not null,
    ends text not null,
    since text not null,
    authority text,
    status text not null,
    detail text not null
);
create unique index if not exists finding_key on finding (child, report, begins);
-- With the child, so that lists are counted without a look at the table for each row: hidden children are in no count.
create index if not exists finding_list on finding (report, authority, ends, begins, status) include (child);

-- Where a child's name is read, and who knows it since when (JSON text, source to day); nothing of sensitive agencies.
-- `said_authorities`, ONS codes with blanks between them, are what single agencies say where no authority is vouched for.
create table if not exists listing (
    child uuid not null,
    record uuid not null,
    version int not null,
    date_of_birth text,
    authority text,
    vouched_authority text,
    said_authorities text,
    known_to text not null
);
create unique index if not exists listing_key on listing (child);
