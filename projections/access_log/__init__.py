"""The access log: who looked at which children, why and when; the user, the reason and the criteria stay sealed."""
