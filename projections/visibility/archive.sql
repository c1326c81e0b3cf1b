-- Who is in the archive, of those of whom the reader may know it, and until they are destroyed.
create view archive with (security_barrier) as
select a.child, a.since
from archived_child a
where scoped() and a.since is not null and not archived(a.child)
    and not exists (select from destroyed d where d.child = a.child)
    and not exists (select from superseded s where s.child = a.child and s.by is not null);
