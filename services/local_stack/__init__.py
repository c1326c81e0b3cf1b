"""A real Kafka and a real Postgres by pip alone, and the one supervisor that owns them and every service.

`jars` and `program` define where the servers come from and how a process is started, ended and taken over;
`made_once` and `kafka_format` keep what makes Kafka start sooner;
`kafka_server` and `postgres_server` describe the two servers, `kafka_security` who may sign in to Kafka; `door` lets in
plain clients of this account, which `peers` tells from others, and `own_broker` makes sure that the broker is its own
before the password goes there; `supervisor` keeps everything running, `child` by
`child`; `sentences`, `patience` and `api_probe` find out what a start waits for; `up`, `detach` and `down` are the
verbs.
"""
