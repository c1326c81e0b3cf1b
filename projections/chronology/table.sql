-- What an event of a record says for reports and policies, in clear because they select by it: `domain/chronology/facts.py`
-- says what word, place and sure mean. No names, no addresses, nothing of sensitive services.
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
    position bigint not null
);
create unique index if not exists chronology_key on chronology (stream, version);
create index if not exists chronology_organisation on chronology (place, word) where kind = 'started';

-- The days of which an agency told anything, by the authority of the child's address where it told that ('' elsewhere).
create table if not exists heard (
    source text not null,
    authority text not null,
    day text not null,
    position bigint not null
);
create unique index if not exists heard_key on heard (source, authority, day);
create index if not exists heard_day on heard (day);
