-- Pairs of records that are thought to be one child, of which neither is gone, with the children of both.
create view unveiled_suspicion with (security_barrier) as
select a.child, b.child as other_child, s.record, s.other, s.score, s.rule, s.matcher, s.explanation,
    greatest(x.day, y.day) as since, s.described, h.source as told_by, h.recorded_at as told_at
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
    and known(s.record) and known(s.other) and unveiled(a.child) and unveiled(b.child);

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
