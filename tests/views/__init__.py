"""The read side: row changes, queries, the live projector and the rebuild."""
