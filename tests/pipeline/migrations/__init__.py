"""Numbered changes of the store: a database that an earlier version made ends up like a new one."""
