-- What the API may read of a schema of views: the views for readers, how far it has come, and receipts, which name no child.
create function open_to_readers(place regnamespace) returns void language plpgsql as
$$
declare
    relation regclass;
begin
    if to_regrole('contactpoint_api') is null then
        return;
    end if;
    for relation in
        select oid from pg_class
        where relnamespace = place
            and (reloptions @> '{security_barrier=true}' or relname in ('receipts', 'positions', 'failed_messages', 'stops'))
    loop
        execute format('grant select on %s to contactpoint_api', relation);
    end loop;
end
$$;

select open_to_readers(current_schema()::regnamespace);
