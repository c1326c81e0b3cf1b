"""What stewards decide and what is hidden, on one real stack; last what its logs tell after much broken input."""
