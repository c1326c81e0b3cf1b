"""Watching the watchers, and what carers and children may ask."""
