-- The position of the last event that a submission caused stands beside its receipt, not in it: an agency reads its receipts, and a
-- position that moves with what was matched would tell it what others hold. The relay seals it for the views.

alter table register.outbox add column position bigint;
