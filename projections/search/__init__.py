"""Search: a row for each time an agency said who a child is, with what is compared and the keys it is looked up by."""
