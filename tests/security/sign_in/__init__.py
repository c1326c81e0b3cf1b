"""Who calls: tokens of an issuer, the local stack's own, certificates, and Kafka's principals."""
