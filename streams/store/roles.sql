-- The roles of Postgres in which the processes sign in, one each, none with more rights than its work needs.
--
-- An administrator of Postgres runs this in the directory's database before `contactpoint run init`, and again after an upgrade
-- that says so; it changes nothing that is as it should be. Passwords are the administrator's: `\password contactpoint_init` and
-- so on. What each role may do with the tables is granted by `contactpoint run init`, which owns them.

do $$
declare
    name text;
    process text;
    database text := current_database();
begin
    foreach process in array array['init', 'registrar', 'relay', 'projector', 'api'] loop
        name := 'contactpoint_' || process;
        if to_regrole(name) is null then
            execute format('create role %I login', name);
        end if;
        execute format('alter role %I nosuperuser nocreatedb nocreaterole noreplication nobypassrls', name);
    end loop;

    execute format('revoke all on database %I from public', database);
    execute format(
        'grant connect on database %I to contactpoint_init, contactpoint_registrar, contactpoint_relay,'
        ' contactpoint_projector, contactpoint_api', database);
    -- Init makes the schemas of the store, the projector those of the views, with temporary tables for what is to be written.
    execute format('grant create on database %I to contactpoint_init, contactpoint_projector', database);
    execute format('grant temporary on database %I to contactpoint_projector', database);
end $$;

-- How far the views are is read by who administers. Of their schemas the API may read what the projector opens to readers.
alter default privileges for role contactpoint_projector grant usage on schemas to contactpoint_api, contactpoint_init;
alter default privileges for role contactpoint_projector grant select on tables to contactpoint_init;
alter default privileges for role contactpoint_projector revoke select on tables from contactpoint_api;

-- What an earlier version made in another role, goes to those who own it now.
do $$
declare
    place record;
    relation record;
    routine record;
begin
    for place in
        select nspname, case when nspname like 'views%' then 'contactpoint_projector' else 'contactpoint_init' end as owner
        from pg_namespace
        where nspname in ('register', 'access', 'publication', 'registry', 'store', 'projection') or nspname like 'views%'
    loop
        execute format('alter schema %I owner to %I', place.nspname, place.owner);
        for relation in
            select relname, relkind from pg_class
            where relnamespace = place.nspname::regnamespace and relkind in ('r', 'v', 'm')
            and relowner <> place.owner::regrole
        loop
            execute format('alter table %I.%I owner to %I', place.nspname, relation.relname, place.owner);
        end loop;
        for routine in
            select oid::regprocedure as signature from pg_proc
            where pronamespace = place.nspname::regnamespace and proowner <> place.owner::regrole
        loop
            execute format('alter routine %s owner to %I', routine.signature, place.owner);
        end loop;
        if place.owner = 'contactpoint_projector' then
            execute format('grant usage on schema %I to contactpoint_api, contactpoint_init', place.nspname);
            execute format('grant select on all tables in schema %I to contactpoint_init', place.nspname);
            execute format('revoke select on all tables in schema %I from contactpoint_api', place.nspname);
            if to_regprocedure(format('%I.open_to_readers(regnamespace)', place.nspname)) is not null then
                execute format('select %I.open_to_readers(%L)', place.nspname, quote_ident(place.nspname));
            end if;
        end if;
    end loop;
end $$;
