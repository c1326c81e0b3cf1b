-- Who looked, and what about it is investigated or asked for. Users, reasons and texts are sealed; who may read of which child is
-- decided by `domain/authorization/`, whose children are left out by the routes. None of what stewards do for a new identity, for
-- when it was done would tell which child has appeared since.
create view recorded_access with (security_barrier) as
select a.position, a.time, a.stream, a.type,
    case when exists (select from closed_identity) then array(select shown from unnest(a.children) shown where not closed(shown))
        else a.children end as children,
    a.data, f.sealed as sealed_first
from access_log a
join access_log f on f.stream = a.stream and f.version = 1
where scoped()
    and (a.type not like 'ChildrenShown.%' or (a.data not like '%"new-identity-%' and a.data not like '%"closed-record-open"%'));

-- What users were granted and when it was taken from them; whom an event is about is sealed.
create view recorded_entitlement with (security_barrier) as
select a.stream, a.version, a.type, a.data, a.sealed, a.position, a.recorded_at
from access_log a
where scoped() and split_part(a.type, '.', 1) in ('UserGranted', 'UserChanged', 'UserRevoked');

-- The latest accesses of some types to a child and every one that was absorbed into it. Materialised, so that Postgres does not
-- scan the log backwards from its end to find the latest few. None tells that a child is to begin anew.
create function accesses_to(asked uuid, types text[], most int) returns table (
    stream uuid, version int, "position" bigint, type text, "time" text, recorded_at text, children uuid[], data text,
    sealed text
) language sql stable security definer begin atomic
    with recursive own (child) as (
        select asked
        union
        select s.child from own join superseded s on s.by = own.child
    ), found as materialized (
        select a.* from access_log a
        where scoped() and a.children && array(select own.child from own) and split_part(a.type, '.', 1) = any(types)
            and a.data not like '%"new-identit%' and a.data not like '%"closed-record-open"%'
    )
    select found.stream, found.version, found.position, found.type, found.time, found.recorded_at, found.children,
        found.data, found.sealed
    from found order by found.position desc limit most;
end;

-- Of whom the reader does not know that it is in the archive nothing waits, whatever number it had when that began.
create view investigation with (security_barrier) as
select o.investigation, o.child, o.until, o.position, u.stream, u.version, u.recorded_at, u.sealed,
    e.stream as closing_stream, e.version as closing_version, e.recorded_at as closed_at, e.sealed as closing_sealed,
    c.investigation is not null as closed
from override o
cross join lateral (select survivor(o.child) as child) means
join access_log u on u.stream = o.stream and u.version = o.version
left join closing c on c.investigation = o.investigation
left join access_log e on e.stream = c.stream and e.version = c.version
where scoped() and not closed(o.child) and not archived(means.child);

create view answered_request with (security_barrier) as
select r.stream, r.type, r.child, r.word, r.recorded_at, r.sealed, r.position,
    a.word as outcome, a.recorded_at as answered_at, a.sealed as answer, a.stream is not null as answered
from request r
cross join lateral (select survivor(r.child) as child) means
left join request a on a.stream = r.stream and a.version = 2
where scoped() and r.version = 1 and not closed(r.child) and not archived(means.child);
