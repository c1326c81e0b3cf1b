-- The latest state of a pair of records, record < other: suspected to be one child, dismissed by a
-- steward, or ended by an amendment.
-- `described` is the one of the two that the matcher was placing; explanation is JSON text.
create table if not exists suspicion (
    record uuid not null,
    other uuid not null,
    described uuid,
    rule text,
    matcher text,
    score double precision,
    explanation text,
    state text not null,
    position bigint not null
);
create unique index if not exists suspicion_key on suspicion (record, other);
create index if not exists suspicion_other on suspicion (other);

-- Whether a version of a record, when the matcher placed it, was like another record; version 0 is a steward's decision on all of them.
-- The latest of the versions that count holds.
create table if not exists likeness (
    record uuid not null,
    other uuid not null,
    version int not null,
    holds bool not null,
    position bigint not null
);
create unique index if not exists likeness_key on likeness (record, other, version);
create index if not exists likeness_other on likeness (other);

-- Pairs of records of one child, record < other, that contradict each other as they were at that position.
create table if not exists contradiction (
    record uuid not null,
    other uuid not null,
    described uuid not null,
    rule text not null,
    matcher text not null,
    score double precision not null,
    explanation text not null,
    position bigint not null
);
create unique index if not exists contradiction_key on contradiction (record, other);
