"""The event store: its tables, the recorder that appends to it, connections to it, and the keys of what is sealed."""
