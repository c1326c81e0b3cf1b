-- A record that was removed, or whose key was destroyed, keeps a row without content.
-- An alias stands three times, so that it is found by either name alone: 'given|family', 'given|', '|family'.
create table if not exists search (
    stream uuid not null,
    family text,
    given text,
    aliases text[],
    date_of_birth text,
    gender text,
    postcode text,
    nhs_number text,
    upn text,
    position bigint not null
);
create unique index if not exists search_key on search (stream);
create index if not exists search_name on search (family, given);
create index if not exists search_given on search (given);
create index if not exists search_aliases on search using gin (aliases) where aliases is not null;
create index if not exists search_date_of_birth on search (date_of_birth);
create index if not exists search_postcode on search (postcode);
create index if not exists search_nhs_number on search (nhs_number) where nhs_number is not null;
create index if not exists search_upn on search (upn) where upn is not null;
