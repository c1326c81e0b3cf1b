"""A worked sample for each layout; its lines are accepted in the order given, and everybody in it is invented."""
