"""Errors of settings that are missing or cannot be read."""


class NotConfigured(Exception):
    """A part of the stack has no address, or lacks what it needs; the text says which, and what to do."""


class BadSetting(Exception):
    """A setting cannot be read; the text says which, and how to write it."""
