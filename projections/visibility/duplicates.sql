-- Records that are held back, each with a record of a shielded child that it is like, whatever has become of that one.
create view held_back as
select a.child, a.record, b.child as other_child, k.other
from likeness k
join open_link a on a.record = k.record
join open_link b on b.record = k.other
join shield g on g.child = b.child and g.review_by is not null
where like_now(k) and a.child <> b.child
    and not gone(k.record)
    and not exists (select from shield o where o.child = a.child and o.review_by is not null)
    and not exists (select from destroyed d where d.child = b.child);

-- Pairs of records that are thought to be one child, of which neither is gone, with the children of both. Who is held back waits as
-- long as that lasts, also where the shielded child's own record is gone, or was placed anew.
create view unveiled_suspicion with (security_barrier) as
select a.child, b.child as other_child, s.record, s.other, s.score, s.rule, s.matcher, s.explanation,
    greatest(x.day, y.day) as since, s.described, h.source as told_by, h.recorded_at as told_at, false as of_shielded
from suspicion s
join open_link a on a.record = s.record
join open_link b on b.record = s.other
left join chronology x on x.stream = s.record and x.version = 1
left join chronology y on y.stream = s.other and y.version = 1
left join history h on h.stream = s.described and h.version = 1
where scoped() and s.state = 'suspected' and a.child <> b.child
    and not gone(s.record) and not gone(s.other)
    and not exists (
        select from suspended u where u.record = s.described and u.from_version > 1 and u.position > s.position
    )
    and not exists (select from held_back k where k.record = s.record and k.other = s.other)
    and not exists (select from held_back k where k.record = s.other and k.other = s.record)
    and known(s.record) and known(s.other) and unveiled(a.child) and unveiled(b.child)
union all
select k.child, k.other_child, k.record, k.other, coalesce(s.score, 0),
    case when s.rule like 'like-shielded%' then s.rule else 'like-shielded' end, coalesce(s.matcher, ''), coalesce(s.explanation, '{}'),
    greatest(x.day, y.day), k.record, h.source, h.recorded_at, true
from held_back k
left join suspicion s on s.state = 'suspected' and s.record = least(k.record, k.other) and s.other = greatest(k.record, k.other)
left join chronology x on x.stream = k.record and x.version = 1
left join chronology y on y.stream = k.other and y.version = 1
left join history h on h.stream = k.record and h.version = 1
where scoped() and known(k.record) and known(k.other) and unveiled(k.child) and unveiled(k.other_child);

-- Pairs of records of one child that contradict each other, neither gone, amended nor accepted by a steward since. `aside` is the one of them
-- that is set aside for it, of which the pair is shown until it fits again. What rests on a suspended agency's records waits while these
-- count for nothing.
create view unveiled_contradiction with (security_barrier) as
select a.child, s.record, s.other, s.score, s.rule, s.matcher, s.explanation, d.record as aside
from contradiction s
join open_link a on a.record = s.record
join open_link b on b.record = s.other
left join set_aside d on d.record = s.described and d.since is not null
where scoped() and a.child = b.child
    and not gone(s.record) and not gone(s.other)
    and not exists (
        select from suspended u where u.record = s.described and u.from_version > 1 and u.position > s.position
    )
    and (d.record is not null or not exists (
        select from fact f
        where f.aspect = 'particulars' and f.stream in (s.record, s.other) and f.position > s.position
    ) and not exists (select from set_aside h where h.record = s.described and h.position > s.position))
    and (s.rule <> 'rests-on-suspended' or exists (
        select from open_link m join suspended u on u.record = m.record where m.child = a.child and u.from_version is not null
    ))
    and known(s.record) and known(s.other) and unveiled(a.child);
