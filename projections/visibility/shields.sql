-- That a child is hidden, from those to whom it is not opened: since when, null where it only may be one with a shielded child.
create view hidden_child with (security_barrier) as
select z.child, z.since, z.custodian, z.position
from kept_from_reader z
where scoped() and z.child <> all((select opened from reader)::uuid[]);

-- The shields that the reader is custodian of.
create view kept_shield with (security_barrier) as
select z.child, z.since, z.review_by
from kept_from_reader z
where scoped() and not z.suspected and not archived(z.child) and (select custodian from reader) in ('everywhere', z.custodian);

-- Those of the ids that are of a hidden child, of a record of one, or of a child that a hidden one absorbed; or are closed. So too
-- where the child is in the archive.
create function hidden_among(ids uuid[]) returns setof uuid language sql stable security definer begin atomic
    with recursive given (id) as (select unnest(ids)),
    chain (id, child, hops) as (
        select id, id, 0 from given
        union all
        select chain.id, s.by, hops + 1 from chain join superseded s on s.child = chain.child
        where s.by is not null and hops < {most_hops}
    ),
    found (id, child) as (
        select chain.id, z.child from chain join kept_from_reader z on z.child = chain.child
        union
        select chain.id, null::uuid from chain where archived(chain.child)
        union
        select given.id, null::uuid from given join link l on l.record = given.id where archived(l.child)
        union
        select given.id, z.child from given join open_link l on l.record = given.id join kept_from_reader z on z.child = l.child
    )
    select id from found where scoped() and (child is null or child <> all((select opened from reader)::uuid[]))
    union
    select id from given where scoped() and closed(given.id);
end;
