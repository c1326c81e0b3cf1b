-- How far each partition has been applied: rows and position commit in one transaction.
create table if not exists positions (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    position bigint not null,
    primary key (topic, partition)
);

-- Messages that a projection could not decode. Each is applied again from `retry_at` on, later after each attempt; never
-- again where it is null, because Kafka no longer has the message.
create table if not exists failed_messages (
    topic text not null,
    partition int not null,
    message_offset bigint not null,
    projection text not null,
    code text not null,
    attempts int not null,
    retry_at timestamptz,
    primary key (topic, partition, message_offset, projection)
);
create index if not exists failed_messages_retry on failed_messages (retry_at);

-- Where a projection stands, through a fault that is not its message's. `place` is a line of our code.
create table if not exists stops (
    topic text not null,
    partition int not null,
    message_offset bigint not null,
    projection text not null,
    code text not null,
    place text not null,
    since timestamptz not null,
    primary key (topic, partition, projection)
);
