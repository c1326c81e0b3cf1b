"""Identity: is this the same child? Pure, without servers."""
