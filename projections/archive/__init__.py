"""The archive: who is in it since when. Who else may read of them is said in `projections/visibility/`."""
