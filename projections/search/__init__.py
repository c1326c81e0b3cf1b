"""Search: a row for each version of a record's particulars with its features, and one for each key that it has."""
