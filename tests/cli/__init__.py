"""The command: its verbs, what they print, and what they say of wrong usage."""
