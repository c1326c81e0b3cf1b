"""The pages of data managers."""
