"""Chronologies: what reports and policies are judged by, one row an event of a record."""
