-- Chronologies hold nothing of sensitive services.
create view unveiled_chronology with (security_barrier) as
select l.child, c.stream, c.version, c.kind, c.number, c.day, c.time, c.source, c.word, c.place, c.sure, c.agency, c.recorded,
    coalesce(a.since is not null, false) as aside
from open_link l
join chronology c on c.stream = l.record
left join set_aside a on a.record = l.record
where scoped() and c.kind is not null and unveiled(l.child)
    and not exists (select from suspended u where u.record = c.stream and u.from_version <= c.version);

-- The same with when each fact was told, for lists as they were known at a moment; whose record it was then is asked apart. Of a
-- record whose agency is suspended, `suspended_at` is the position since when.
create view unveiled_told_fact with (security_barrier) as
select c.stream, c.version, c.kind, c.number, c.day, c.time, c.source, c.word, c.place, c.sure, c.agency, c.recorded, h.recorded_at,
    u.position as suspended_at
from open_link l
join chronology c on c.stream = l.record
join history h on h.stream = c.stream and h.version = c.version
left join suspended u on u.record = c.stream and u.from_version is not null
where scoped() and c.kind is not null and unveiled(l.child) and (u.from_version is null or u.from_version > c.version);

-- The days before `before` that an agency had reported of by a moment; none where it had no child in the places by then.
create function days_told_by(agency text, before text, places text[], known_at text) returns setof text
language sql stable security definer begin atomic
    select distinct left(c.time, 10)
    from chronology c
    join history h on h.stream = c.stream and h.version = c.version and h.recorded_at <= days_told_by.known_at
    where scoped() and c.source = days_told_by.agency and c.time < days_told_by.before
        and (days_told_by.places is null or exists (
            select from chronology p
            join history told on told.stream = p.stream and told.version = p.version and told.recorded_at <= days_told_by.known_at
            where p.source = days_told_by.agency and p.place = any(days_told_by.places) and p.kind in ('registered', 'amended')
        ));
end;

-- The days that an agency reported of in a number of days up to its last one before `before`, latest first; none where it has no
-- child in the authority. Nothing of a child. From the last day backwards, one index lookup a day.
create function reported_days(agency text, before text, within int, places text[]) returns setof text
language sql stable security definer begin atomic
    with recursive last as (
        select left(max(c.time), 10) as day from chronology c where c.source = reported_days.agency and c.time < before
        and (reported_days.places is null or exists (
            select from chronology p
            where p.source = reported_days.agency and p.place = any(reported_days.places) and p.kind in ('registered', 'amended')
        ))
    ), back (day) as (
        select day from last
        union all
        select (
            select left(max(c.time), 10) from chronology c
            where c.source = reported_days.agency and c.time < back.day
                and c.time >= (select to_char(day::date - within, 'YYYY-MM-DD') from last)
        )
        from back where back.day is not null
    )
    select day from back where scoped() and day is not null;
end;

-- The first day that an agency reported of.
create function first_reported_day(agency text) returns text language sql stable security definer begin atomic
    select left(min(c.time), 10) from chronology c where scoped() and c.source = first_reported_day.agency;
end;
