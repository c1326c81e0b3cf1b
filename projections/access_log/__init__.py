"""The access log: who looked at which children, why and when; who it was and what was asked stay sealed."""
