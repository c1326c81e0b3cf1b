-- The key is the message that was answered, the last of so many `messages` that follow each other, so that a receipt published twice
-- is one row. Position 0: it caused no event.
create table if not exists receipts (
    topic text not null,
    partition int not null,
    message_offset bigint not null,
    source text,
    submission text,
    outcome text not null,
    reasons text not null,
    recorded_at text not null,
    messages int not null,
    position bigint not null
);
create unique index if not exists receipts_key on receipts (topic, partition, message_offset);
create index if not exists receipts_source on receipts (source);
create index if not exists receipts_submission on receipts (submission);
