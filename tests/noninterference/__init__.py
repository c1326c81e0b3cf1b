"""Directories that differ only in what a shield hides: whoever may not know it gets the same answers, byte for byte."""
