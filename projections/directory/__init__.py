"""The directory: which events hold for a record, and which records are one child. An entry is composed on reading."""
