"""The example of the memo, in plain words, run on a real stack."""
