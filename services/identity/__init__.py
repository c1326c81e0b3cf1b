"""The matcher as a service: its settings, how accurate it is, and what other settings would change."""
