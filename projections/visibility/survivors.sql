-- The child that an id refers to now: itself, or the one that absorbed it, and so on. For a reader without clearance the id of a
-- child that only a sensitive service registered refers to nobody else, so that it does not reveal which child it was.
create function end_of_merges(absorbed uuid) returns uuid language sql stable security definer begin atomic
    with recursive chain (child, hops) as (
        select absorbed, 0
        union all
        select s.by, hops + 1 from chain join superseded s on s.child = chain.child
        where s.by is not null and hops < {most_hops}
            and ((select cleared from reader) or hops > 0 or known_openly(chain.child))
    )
    select child from chain where scoped() order by hops desc limit 1;
end;

-- The same for any id: most are of children that nobody absorbed, for which one look-up is enough.
create function survivor(meant uuid) returns uuid language sql stable security definer begin atomic
    select case
        when exists (select from superseded s where scoped() and s.child = meant and s.by is not null)
        then end_of_merges(meant) else meant
    end;
end;

-- Whether an ordinary agency's record was ever linked to the child.
create function was_known_openly(asked uuid) returns boolean language sql stable security definer begin atomic
    select scoped() and known_openly(asked);
end;

-- The child and every one that was absorbed into it, directly or not.
create function family(survivor uuid) returns setof uuid language sql stable security definer begin atomic
    with recursive family (child) as (
        select survivor
        union
        select s.child from family join superseded s on s.by = family.child
    )
    select child from family where scoped();
end;
