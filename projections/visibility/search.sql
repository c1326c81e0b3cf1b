-- Records with one of the keys, without some. Few rows have any of the hundreds of keys, which Postgres may not know of a table that
-- has just been filled, and would scan it.
create function matching_records(wanted text[], without uuid[], most int) returns setof uuid
language sql stable security definer set enable_seqscan = off begin atomic
    select s.stream from (select distinct k.stream, k.version from found_by k where k.key = any(wanted)) s
    where scoped() and s.stream <> all(without) and known(s.stream)
        and not closed(s.stream)
        and not exists (select from link y where y.record = s.stream and archived(y.child))
        and not exists (select from set_aside a where a.record = s.stream and a.since <= s.version)
        and not exists (select from suspended u where u.record = s.stream and u.from_version <= s.version)
        and not exists (select from open_link y join veiled z on z.child = y.child where y.record = s.stream)
    limit most;
end;

-- The features of records that may be compared, also former ones; none that a record has since it is set aside.
create view unveiled_features with (security_barrier) as
select l.child, l.record, s.names, s.date_of_birth, s.estimated, s.gender, s.postcode, s.nhs_number, s.upn
from open_link l
join search s on s.stream = l.record
where scoped() and s.keys is not null and known(l.record) and unveiled(l.child)
    and not exists (select from set_aside a where a.record = s.stream and a.since <= s.version)
    and not exists (select from suspended u where u.record = s.stream and u.from_version <= s.version);

-- Who a child is by each version of each ordinary record, as records say it, for the name that a list had at a moment.
create view unveiled_reported with (security_barrier) as
select s.stream, s.version, s.names, s.named, s.date_of_birth, s.estimated, s.gender, s.gendered, s.written
from open_link l
join search s on s.stream = l.record
where scoped() and s.keys is not null and known(l.record) and unveiled(l.child);

-- Shielded children with one of the keys, each with all that a search may compare of it. Who only may be one with a shielded child
-- is found by nobody, until a steward decides.
create function matching_hidden(wanted text[], most int)
returns table (child uuid, names text[], date_of_birth text, estimated bool, gender text)
language sql stable security definer begin atomic
    select z.child, z.names, z.date_of_birth, z.estimated, z.gender from kept_from_reader z
    where scoped() and z.keys && wanted and not z.suspected and not archived(z.child)
    limit most;
end;
