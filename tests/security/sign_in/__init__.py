"""Who calls: tokens of an issuer, those of the local stack, certificates, and the users of Kafka."""
