-- What data managers have asked and confirmed: for a custodian of identities all of it, for others what waits for a second one.
create view identity_event with (security_barrier) as
select n.child, n.given, h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from new_identity n
join history h on h.stream = n.child and h.type in ('NewIdentityRequested.v1', 'NewIdentityGiven.v1')
where scoped() and ((select custodian from reader) = 'identities' or (not n.given and not closed(n.child) and not archived(n.child)));

-- For a custodian of identities: each record that names a closed child, with the child that it belongs to.
create view closed_record with (security_barrier) as
select k.id as record, l.child, k.position
from closed_identity k
join link l on l.record = k.id
where scoped() and (select custodian from reader) = 'identities' and k.closed
    and not exists (select from closed_identity c where c.id = l.child and c.closed);
