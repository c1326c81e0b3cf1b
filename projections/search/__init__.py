"""Search: one row a record, with what a child can be found by, normalised and in clear."""
