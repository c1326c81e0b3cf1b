"""The calls of the API over HTTP: what each answers, what it refuses, and that nothing is shown unrecorded."""
