-- The facts of chronologies for reports and policies, in clear because they select by them: `domain/timeline/facts.py` says
-- what word, place, sure and agency mean. No names, no addresses, nothing of sensitive services.
-- `recorded` is when the register recorded the event.
-- A record that was removed, or whose key was destroyed, keeps rows without content.
create table if not exists chronology (
    stream uuid not null,
    version int not null,
    kind text,
    number int,
    day text,
    time text,
    source text,
    word text,
    place text,
    sure bool,
    agency text,
    recorded text,
    position bigint not null
);
create unique index if not exists chronology_key on chronology (stream, version);
create index if not exists chronology_organisation on chronology (place, word) where kind = 'started';

-- When an agency last submitted anything, and whether it ever registered a child in an authority.
create index if not exists chronology_told on chronology (source, time);
create index if not exists chronology_place on chronology (source, place) where kind in ('registered', 'amended');
