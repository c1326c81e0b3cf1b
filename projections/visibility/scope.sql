-- The scope of whoever reads, as set for the transaction by `scope.py`. Without one nothing is read: every view and function
-- for readers raises, for no rows would mean that nobody knows the child.
create function no_scope() returns boolean language plpgsql stable as
$$ begin raise exception 'no reader''s scope is set' using errcode = 'insufficient_privilege'; end $$;

create view reader as
select
    case when given.scope ~ '^(ordinary|cleared) (nowhere|everywhere|identities|{authority}) [{][0-9a-f,-]*[}]$' then true
        else no_scope() end as is_set,
    split_part(given.scope, ' ', 1) = 'cleared' as cleared,
    split_part(given.scope, ' ', 2) as custodian,
    split_part(given.scope, ' ', 3)::uuid[] as opened,
    coalesce(current_setting('contactpoint.agency', true), '') as agency,
    coalesce(nullif(current_setting('contactpoint.archive', true), ''), 'none') as archive
from (select current_setting('contactpoint.scope', true) as scope) given;

-- Which child a record is believed to be about, of those that are neither closed to the reader nor in the archive.
create view open_link as
select l.record, l.child, l.position
from link l
where not closed(l.record) and not closed(l.child) and not archived(l.child);

-- Hidden children, without those that are hidden from others than the agency that the reader works for.
create view kept_from_reader as
select z.child, z.suspected, z.since, z.review_by, z.custodian, z.position, z.names, z.date_of_birth, z.estimated, z.gender, z.keys,
    z.shown
from hidden z
where z.sender is null or z.sender <> (select agency from reader);

-- Children that are not seen until a steward decides: each may be one with a shielded child.
create view waiting as
select z.child from kept_from_reader z
where z.suspected and z.child <> all((select opened from reader)::uuid[]);

-- Hidden children that are hidden from the reader too: neither opened to the reader, nor in the reader's custody.
create view veiled as
select z.child from kept_from_reader z
where z.child <> all((select opened from reader)::uuid[]) and (select custodian from reader) <> 'everywhere'
    and z.custodian is distinct from (select custodian from reader);
