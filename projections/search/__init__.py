"""Search: a row for each version of a record's particulars, with its features and the keys it is looked up by."""
