-- Hidden and archived children are on no list and in no count. A report's rows hold nothing of sensitive services.
create view unveiled_finding with (security_barrier) as
select f.child, f.report, f.begins, f.ends, f.since, f.authority, f.status, f.detail
from finding f
where scoped() and unveiled(f.child) and not archived(f.child);

create view unveiled_listing with (security_barrier) as
select g.child, g.date_of_birth, g.authority, g.known_to
from listing g
where scoped() and unveiled(g.child) and not archived(g.child);

-- As `unveiled_listing`, with the event that has the child's name.
create view unveiled_name with (security_barrier) as
select g.child, g.authority as lives_in, g.date_of_birth, g.known_to,
    h.position, h.stream, h.version, h.type, h.time, h.recorded_at, h.source, h.data, h.sealed
from listing g
join history h on h.stream = g.record and h.version = g.version
where scoped() and unveiled(g.child) and not archived(g.child);

-- The authority that any child lives in: it decides who is told; and who may look, where it is vouched for. What single agencies
-- say takes a right away where nobody vouches.
create view authority_of_child with (security_barrier) as
select g.child, g.authority, g.vouched_authority, g.said_authorities
from listing g
where scoped() and g.authority is not null;
