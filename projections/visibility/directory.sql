-- What entries are composed of, with the records of sensitive services and of hidden children: what is left out of them depends
-- on what is sealed, a consent, and is decided by `projections/directory/redaction.py` once it is opened.
create view unredacted_fact with (security_barrier) as
select l.child, l.record, l.position as linked_at, z.since as shielded_since, z.position as shielded_at, z.shown, f.aspect,
    coalesce(a.since is not null, false) as aside, a.since as aside_from,
    h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from open_link l
join fact f on f.stream = l.record
join history h on h.stream = f.stream and h.version = f.version
left join kept_from_reader z on z.child = l.child
left join set_aside a on a.record = l.record
where scoped() and not exists (select from suspended u where u.record = l.record and u.from_version is not null)
    and f.aspect <> 'restoration' and (f.aspect <> 'removal' or not taken_back(f))
union all
-- Of a record whose agency is suspended, set aside from a version on: every event before that says something, and what is never set
-- aside.
select l.child, l.record, l.position, z.since, z.position, z.shown,
    case when h.type like 'RecordRegistered.%' or h.type like 'RecordAmended.%' then 'particulars' else 'other' end,
    coalesce(a.since is not null, false), a.since,
    h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from open_link l
join suspended u on u.record = l.record and u.from_version > 1
join history h on h.stream = l.record
    and (h.version < u.from_version or h.type like 'ConsentWithdrawn.%' or h.type like 'RecordRemoved%'
        or h.type like 'ErasureFenced.%')
    and (h.type not in ('RecordRemoved.v1', 'RecordRemovedAgain.v1') or not taken_back(h))
    and h.type not in ('RecordSuspended.v1', 'RecordResumed.v1', 'RecordRestored.v1')
left join kept_from_reader z on z.child = l.child
left join set_aside a on a.record = l.record
where scoped();

-- Every event as it stands in the log, of which histories are made; `projections/audit_history/query.py` leaves out. What says that
-- anything was ever closed is in no history, and of the archive one for those alone who may read of it.
create view unredacted_event with (security_barrier) as
select h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from history h
where scoped() and not closed(h.stream)
    and h.type <> all(array['NewIdentityRequested.v1', 'NewIdentityGiven.v1', 'RecordClosed.v1', 'RecordOpened.v1'])
    and ((select archive from reader) <> 'none'
        or h.type <> all(array['ChildArchived.v1', 'ChildReturned.v1', 'DestructionProposed.v1']));

-- Of each destroyed stream the event that says so, also of what was closed: a certificate without it would tell that it was.
create view fencing with (security_barrier) as
select h.stream, h.type, h.position
from history h
where scoped() and h.type in ('ErasureFenced.v1', 'ChildDestroyed.v1');

-- The children of whom a reader may know a record that is not gone, without those that wait for a steward.
create view known_child with (security_barrier) as
select distinct l.child
from open_link l
where scoped() and known(l.record)
    and not gone(l.record)
    and not exists (select from waiting w where w.child = l.child);

-- The records that a reader may know of and their children, also hidden ones, which may be known to exist.
create view known_link with (security_barrier) as
select l.record, l.child, l.position,
    gone(l.record) as removed
from open_link l
where scoped() and known(l.record);
