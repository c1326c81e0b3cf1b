"""New identities: what is closed to readers, and what data managers have requested and confirmed."""
