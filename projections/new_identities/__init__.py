"""New identities: what is closed to readers, and what data managers have asked for and confirmed."""
