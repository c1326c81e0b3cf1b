"""The memo's case, in plain words, run on real servers."""
