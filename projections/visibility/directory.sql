-- What entries are composed of, with the records of sensitive services and of hidden children: what is left out of them depends
-- on what is sealed, a consent, and is decided by `projections/directory/redaction.py` once it is opened.
create view unredacted_fact with (security_barrier) as
select l.child, l.record, l.position as linked_at, z.since as shielded_since, z.position as shielded_at, f.aspect,
    coalesce(a.since is not null, false) as aside,
    h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from link l
join fact f on f.stream = l.record
join history h on h.stream = f.stream and h.version = f.version
left join kept_from_reader z on z.child = l.child
left join set_aside a on a.record = l.record
where scoped();

-- Every event as it stands in the log, of which histories are made; `projections/audit_history/query.py` leaves out.
create view unredacted_event with (security_barrier) as
select h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from history h
where scoped();

-- The children of whom a reader may know a record that is not removed.
create view known_child with (security_barrier) as
select distinct l.child
from link l
where scoped() and known(l.record)
    and not exists (select from fact f where f.stream = l.record and f.aspect = 'removal');

-- The records that a reader may know of and their children, also hidden ones, which may be known to exist.
create view known_link with (security_barrier) as
select l.record, l.child, l.position,
    exists (select from fact f where f.stream = l.record and f.aspect = 'removal') as removed
from link l
where scoped() and known(l.record);
