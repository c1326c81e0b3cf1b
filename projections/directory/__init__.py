"""The directory: the current events of each record, and the child of each; entries are composed on reading."""
