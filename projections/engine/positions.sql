-- How far each partition has been applied: rows and position commit in one transaction.
create table if not exists positions (
    topic text not null,
    partition int not null,
    next_offset bigint not null,
    position bigint not null,
    primary key (topic, partition)
);

-- Messages that a projection could not take. Each is applied again later, once what stood in its way is mended.
create table if not exists failed_messages (
    topic text not null,
    partition int not null,
    message_offset bigint not null,
    projection text not null,
    code text not null,
    primary key (topic, partition, message_offset, projection)
);
