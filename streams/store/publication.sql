-- How far the logs are published to Kafka. Kafka itself is the truth, these rows save reading it and let others compare.

create table if not exists producer (
    cluster_id text primary key,
    producer_id bigint not null,
    producer_epoch int not null
);
comment on table producer is 'The one idempotent producer identity with which everything is published to a Kafka cluster.';

create table if not exists published (
    log text primary key,
    position bigint not null
) with (fillfactor = 50);
comment on column published.log is 'register.events, access.events or outbox.';
comment on column published.position is 'All positions up to this one are acknowledged by Kafka.';

create table if not exists partitions (
    topic text not null,
    partition int not null,
    end_offset bigint not null,
    position bigint not null,
    primary key (topic, partition)
) with (fillfactor = 50);
comment on column partitions.end_offset is 'The offset that comes next in the partition.';
comment on column partitions.position is 'The position of the last event in the partition, 0 where there is none.';
