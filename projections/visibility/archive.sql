-- Who is in the archive, of those of whom the reader may know it, and until they are destroyed.
create view archive with (security_barrier) as
select a.child, a.since, a.years_from
from archived_child a
where scoped() and a.since is not null and not archived(a.child)
    and not exists (select from destroyed d where d.child = a.child)
    and not absorbed(a.child);

-- The same of children who are not hidden, with the authority that they lived in: null where no ordinary record has one. Whoever
-- has left the lists in any way is here all the same, so that nobody stays behind in the archive.
create view unveiled_archive with (security_barrier) as
select a.child, a.since, g.authority
from archive a
left join listing g on g.child = a.child
where scoped() and unveiled(a.child);

-- When it was proposed that a child in the archive is destroyed, of those of whom the reader may know it.
create view proposed_destruction with (security_barrier) as
select p.child, p.since
from destruction_proposed p
where scoped() and p.since is not null and not archived(p.child);
