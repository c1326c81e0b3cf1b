"""Chronologies, by which reports and policies are judged: one row for each event of a record."""
